package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"elbscope/capture/live"
)

// listInterfaces prints what can be captured from, and what to type.
func listInterfaces(stdout io.Writer, say *messages) int {
	all, err := live.Interfaces()
	if err != nil {
		return say.complain(exitInput, &hintError{"the interfaces cannot be listed: " + err.Error(), "ip address"})
	}
	var out strings.Builder
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "INTERFACE\tSTATE\tPACKETS\tBYTES\tADDRESSES")
	for _, i := range all {
		state := "down"
		if i.Up {
			state = "up"
		}
		addrs := make([]string, len(i.Addrs))
		for n, a := range i.Addrs {
			addrs[n] = a.String()
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", i.Name, state, i.Packets, sizeWords(i.Bytes), strings.Join(addrs, " "))
	}
	fmt.Fprintf(table, "%s\t\t\t\tall of them, and those to come\n", live.Any)
	_ = table.Flush() // into memory
	fmt.Fprintf(&out, "\nTo see both the load balancer's connections and those to the application:\n  %s\n", likeliestCommand(all))
	return deliver(stdout, say.lines(out.String()), say)
}

// likeliestCommand is what most people want to type next.
func likeliestCommand(all []live.Interface) string {
	return "sudo elbscope live -i " + live.Likeliest(all)
}

// sizeWords is a number of bytes for people.
func sizeWords(n uint64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	f, u := float64(n), 0
	for f >= 1024 && u < len(units)-1 {
		f, u = f/1024, u+1
	}
	if u == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[u])
}
