package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"elbscope/analyze"
	"elbscope/ui/report"
)

// Writer writes something about handshakes to a file and returns what it did,
// in words. It fails with fs.ErrExist if there is a file of that name and
// overwrite is not set. It runs beside the screen until it is done or ctx is,
// and may call progress to tell how far it is, from 0 to 1.
type Writer func(ctx context.Context, hs []*analyze.Handshake, path string, overwrite bool, progress func(float64)) (note string, err error)

// saving are the keys that write files about the handshakes that chosen
// returns.
func (a *App) saving(chosen func() []*analyze.Handshake) []binding {
	var out []binding
	if a.o.Save != nil {
		out = append(out, binding{keys: []string{"w", "F2"}, help: "save the packets as pcapng: all legs, whole connections (of a live run or a pipe only what carried the handshake; -w keeps all)", brief: "save",
			do: func() { a.askFile("save packets of %s as", ".pcapng", chosen(), a.save()) }})
	}
	if a.o.Export != nil {
		out = append(out, binding{keys: []string{"e"}, help: "write the report, to a name in .txt or .json", brief: "export",
			do: func() { a.askFile("report on %s (.txt, .json) as", ".txt", chosen(), writing{write: a.o.Export}) }})
	}
	return out
}

// writing is what a key writes.
type writing struct {
	write Writer
	// packets is set where it is the packets themselves, and what was written
	// is not lost when the screen is left.
	packets bool
}

func (a *App) save() writing { return writing{a.o.Save, true} }

// askFile asks for the name of a file to write.
func (a *App) askFile(label, ending string, hs []*analyze.Handshake, write writing) {
	if len(hs) == 0 {
		a.frame.say("there is no handshake to write about")
		return
	}
	if a.cancel != nil {
		a.frame.say("a file is being written; Ctrl-C stops that")
		return
	}
	// Oldest first, as in the report.
	hs = slices.Clone(hs)
	slices.SortStableFunc(hs, func(a, b *analyze.Handshake) int { return cmp.Compare(a.Start, b.Start) })
	folder, name := a.fileName(hs[0], ending)
	a.askName(&prompt{
		label: fmt.Sprintf(label, handshakes(len(hs))), text: []rune(folder + name), offered: len([]rune(name)),
	}, hs, write)
}

// askName asks by a prompt to what name something is to be written.
func (a *App) askName(p *prompt, hs []*analyze.Handshake, write writing) {
	label := p.label
	p.close = func() { a.frame.prompt = nil }
	p.accept = func(path string) {
		if path == "" {
			a.frame.say("no name, nothing written")
			return
		}
		a.write(hs, path, false, write, label)
	}
	a.frame.prompt = p
}

func handshakes(n int) string { return report.Count(n, "handshake", "handshakes") }

// fileName proposes a name, after the capture's own time, and a folder where
// files may be written.
func (a *App) fileName(h *analyze.Handshake, ending string) (folder, name string) {
	loc := a.o.Report.Location
	if loc == nil {
		loc = time.Local
	}
	if a.o.Folder != nil {
		folder = a.o.Folder()
	}
	return folder, "elbscope-" + h.Start.Std().In(loc).Format("20060102-150405") + ending
}

// write runs a Writer on a goroutine of its own. What it says is shown when
// it is done; the program does not wait for it to leave. Where it fails, label
// asks once more, for a name to be mended and not typed anew.
func (a *App) write(hs []*analyze.Handshake, path string, overwrite bool, write writing, label string) {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel, a.writing = cancel, path
	a.percent.Store(-1)
	a.frame.note = ""
	go func() {
		note, err := write.write(ctx, hs, path, overwrite, func(done float64) { a.percent.Store(int32(100 * done)) })
		stopped := ctx.Err() != nil
		cancel()
		// It waits for the event loop, after Run for ever: this goroutine has
		// nothing else to do, and nobody waits for it.
		a.app.QueueUpdateDraw(func() {
			a.cancel = nil
			switch {
			case err == nil:
				if write.packets {
					a.keepSaved(hs)
				}
				a.frame.say(note)
			case errors.Is(err, fs.ErrExist) && !overwrite:
				a.askOverwrite(hs, path, write, label)
			case !stopped && a.frame.prompt == nil:
				a.askName(&prompt{label: label, text: []rune(path), err: "not written: " + err.Error()}, hs, write)
			default:
				a.frame.say("not written: " + err.Error())
			}
		})
	}()
}

// askOverwrite asks whether a file may be replaced; only "yes" is a yes.
func (a *App) askOverwrite(hs []*analyze.Handshake, path string, write writing, label string) {
	a.frame.prompt = &prompt{
		label: path + " exists; overwrite it? (yes/no)", close: func() { a.frame.prompt = nil },
		accept: func(answer string) {
			if answer == "yes" || answer == "y" {
				a.write(hs, path, true, write, label)
				return
			}
			a.frame.say("nothing written; " + path + " is as it was")
		},
		cancel: func() { a.frame.say("nothing written; " + path + " is as it was") },
	}
}
