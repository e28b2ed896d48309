package main

import (
	"fmt"
	"strings"

	"elbscope/capture/bpf"
)

// tcpdumpCommand returns the line with which somebody who has only tcpdump
// captures what elbscope needs: whole packets of all interfaces, so that both
// the leg from the load balancer and the one from proxy to application are in
// the file.
func tcpdumpCommand(ports []string) (string, error) {
	if len(ports) == 0 {
		ports = []string{"80", "8081"}
	}
	var parts []string
	for _, port := range ports {
		kind := "port"
		if strings.Contains(strings.Trim(port, "-"), "-") && !isService(port) {
			kind = "portrange"
		}
		f, err := bpf.Parse("tcp " + kind + " " + port)
		if err != nil || strings.ContainsAny(port, " ()!&|\t\n") {
			return "", &hintError{fmt.Sprintf("%q is neither a port nor a range of ports", port), "elbscope tcpdump-command 80 3000 8000-8999"}
		}
		parts = append(parts, f.String())
	}
	return fmt.Sprintf("sudo tcpdump -i any -s 0 -w capture.pcap '%s'\n", strings.Join(parts, " or ")), nil
}

// isService tells whether a word with a dash is the name of a port.
func isService(word string) bool {
	_, err := bpf.Parse("tcp port " + word)
	return err == nil
}

// tcpdumpAdvice says what to do with the line, to whoever sends it.
const tcpdumpAdvice = `Start it on the instance before the client connects, let the failure happen,
and end it with Ctrl-C. Then: elbscope capture.pcap
It takes whole packets, secrets included: pass the file on with care.
`
