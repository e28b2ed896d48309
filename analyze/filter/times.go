package filter

import (
	"fmt"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

func parseAfter(f *Field, value word, ctx *Context) (test, error) {
	t, err := parseTime(f, value, ctx)
	return func(h *analyze.Handshake) bool { return h.Start >= t }, err
}

func parseBefore(f *Field, value word, ctx *Context) (test, error) {
	t, err := parseTime(f, value, ctx)
	return func(h *analyze.Handshake) bool { return h.Start < t }, err
}

// The forms of a time. Package time reads a fraction behind any seconds.
var (
	zonedForms = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00"}
	datedForms = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"}
	clockForms = []string{"15:04:05", "15:04"}
)

func parseTime(f *Field, value word, ctx *Context) (flow.Time, error) {
	s := strings.ToUpper(value.String())
	s = strings.Replace(s, " ", "T", 1)
	for _, form := range append(zonedForms, datedForms...) {
		if t, err := time.ParseInLocation(form, s, ctx.Location); err == nil {
			// What a flow.Time can hold.
			if t.Year() < 1970 || t.Year() > 2261 {
				return 0, value.fail(fmt.Sprintf("no capture is of the year %d", t.Year()), "write for instance "+f.Example)
			}
			return flow.Time(t.UnixNano()), nil
		}
	}
	for _, form := range clockForms {
		t, err := time.Parse(form, s)
		if err != nil {
			continue
		}
		if ctx.First == 0 {
			return 0, value.fail("the day of the capture is not known", "write the date, too: 2026-11-23T10:03")
		}
		day := ctx.First.Std().In(ctx.Location)
		t = time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), ctx.Location)
		return flow.Time(t.UnixNano()), nil
	}
	return 0, value.fail(fmt.Sprintf("%q is no time", value),
		"write 10:03, 10:03:05.25, 2026-11-23, 2026-11-23T10:03:05 or 2026-11-23T10:03:05Z")
}
