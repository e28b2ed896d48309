//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// outcome is what came of a scene.
type outcome struct {
	scene *scene
	took  time.Duration
	// broken says why the scene could not be played: no word about elbscope.
	broken error
	// firstTry says so of the first try, if there had to be a second one.
	firstTry error
	// views counts the runs of elbscope, wrong lists what it said wrong,
	// known what it is known to say wrong.
	views        int
	wrong, known []string
	// notes are measurements.
	notes []string
}

func run(o options) error {
	if o.record {
		return recordAll(o.names)
	}
	all := choose(o)
	if len(all) == 0 {
		return errors.New("no scene has such a name; -list shows them")
	}
	if o.list {
		for _, s := range all {
			fmt.Fprintf(os.Stdout, "%-28s %s\n", s.name, s.sentence)
		}
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t, err := newTools(all)
	if err != nil {
		return err
	}
	defer t.close(o.keep)
	if o.keep {
		defer fmt.Fprintf(os.Stdout, "kept: %s\n", t.dir)
	}
	begun := time.Now()
	outcomes := playAll(ctx, all, t, o.jobs)
	return sumUp(outcomes, len(all), time.Since(begun), ctx.Err())
}

// choose returns the scenes that were asked for.
func choose(o options) []*scene {
	var chosen []*scene
	for _, s := range allScenes() {
		named := len(o.names) == 0
		for _, n := range o.names {
			named = named || strings.HasPrefix(s.name, n)
		}
		if named && (!s.npm || o.npm || o.list || len(o.names) > 0) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// playAll plays the scenes, some at a time, and prints a line for each as it
// ends. It stops between scenes if the context does.
func playAll(ctx context.Context, all []*scene, t *tools, jobs int) []outcome {
	var outcomes []outcome
	var lock sync.Mutex
	var workers sync.WaitGroup
	report := func(i int) {
		out := play(all[i], t, i)
		lock.Lock()
		defer lock.Unlock()
		outcomes = append(outcomes, out)
		printOutcome(out)
	}
	// They only wait, and are no load for the others.
	for i := range all {
		if all[i].slow {
			workers.Go(func() { report(i) })
		}
	}
	next := make(chan int)
	for range max(1, jobs) {
		workers.Go(func() {
			for i := range next {
				report(i)
			}
		})
	}
	for i := range all {
		if all[i].slow {
			continue
		}
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	workers.Wait()
	return outcomes
}

// play plays one scene. If the lab itself fails, because the machine is too
// busy to record everything for instance, it gets a second try, and says so.
func play(sc *scene, t *tools, number int) outcome {
	out := playOnce(sc, t, number)
	if out.broken == nil {
		return out
	}
	again := playOnce(sc, t, number+secondTry)
	again.firstTry = out.broken
	again.took += out.took
	return again
}

// secondTry sets the number of a scene's second try apart from all others.
const secondTry = 1000

// playOnce plays a scene from an empty ground to elbscope's words.
func playOnce(sc *scene, t *tools, number int) (out outcome) {
	out.scene = sc
	begun := time.Now()
	s, err := newSite(sc, t, number)
	if err == nil {
		err = s.perform()
	}
	err = errors.Join(err, s.tearDown())
	if err == nil {
		err = s.asExpected()
	}
	out.broken = err
	if err == nil {
		for _, v := range sc.views {
			out.views++
			out.take(v, s.judge(v))
		}
		if sc.live != nil {
			out.views++
			out.take(view{name: "live"}, s.judgeLive())
			out.notes = s.notes
		}
		if out.views == 0 {
			out.broken = errors.New("nothing is wanted of this scene")
		}
	}
	out.took = time.Since(begun)
	return out
}

// take sorts the complaints about one view.
func (out *outcome) take(v view, complaints []string) {
	switch {
	case v.knownWrong == "":
		for _, c := range complaints {
			out.wrong = append(out.wrong, v.name+": "+c)
		}
	case len(complaints) > 0:
		out.known = append(out.known, v.name+": "+v.knownWrong)
	default:
		out.wrong = append(out.wrong, v.name+": is no longer wrong, so the scene must say so: "+v.knownWrong)
	}
}

// perform starts everything, records, and lets the client call.
func (s *site) perform() error {
	application := s.scene.application
	if application == nil {
		application = startServers
	}
	if err := application(s); err != nil {
		return err
	}
	if err := s.scene.proxy.start(s); err != nil {
		return err
	}
	if err := s.scene.balancer.start(s, s.scene.proxy.port()); err != nil {
		return err
	}
	s.settleAll()
	if !s.scene.late {
		if err := s.startRecording(); err != nil {
			return err
		}
	}
	if err := s.startWatching(); err != nil {
		return err
	}
	if err := s.playCalls(); err != nil {
		return err
	}
	if s.scene.drive != nil {
		if err := s.scene.drive(s); err != nil {
			return err
		}
	}
	s.settleAll()
	return errors.Join(s.stopWatching(), s.stopRecording())
}

func (s *site) settleAll() {
	for _, n := range []*namespace{s.client, s.balancer, s.instance} {
		settle(n)
	}
}

func (s *site) startRecording() error {
	points := s.scene.points
	if points == nil {
		points = []point{clientLeg(), instanceLegs()}
	}
	for _, p := range points {
		if err := s.record(p); err != nil {
			return err
		}
	}
	return nil
}

func (s *site) playCalls() error {
	if !s.scene.atOnce {
		for i, c := range s.scene.calls {
			if err := s.play(c); err != nil {
				return fmt.Errorf("call %d: %w", i+1, err)
			}
		}
		return nil
	}
	failed := make([]error, len(s.scene.calls))
	var together sync.WaitGroup
	for i, c := range s.scene.calls {
		together.Go(func() { failed[i] = s.play(c) })
	}
	together.Wait()
	return errors.Join(failed...)
}

// asExpected checks that the client got what the scene is about.
func (s *site) asExpected() error {
	var failed error
	for target, want := range s.scene.got {
		got, asked := s.seen[target]
		if !asked || got != want {
			failed = errors.Join(failed, fmt.Errorf("the client was answered %d on %s, not %d: the scene did not happen", got, target, want))
		}
	}
	return failed
}
