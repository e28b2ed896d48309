package capture

import (
	"math"
	"strings"

	"elbscope/capture/flow"
)

// Data of odd lengths, so that padding matters.
var (
	ping = []byte("ping!")
	pong = []byte(strings.Repeat("pong ", 20))
)

const second = flow.Time(1e9)

// forgedFiles are the files that most tests of the readers go through.
func forgedFiles() map[string]*fileWriter {
	files := map[string]*fileWriter{
		"pcap, little-endian, microseconds": newPcapFile(little, pcapMagicMicro, 1).
			record(1_700_000_000, 999_999, ping, 5, LinkEthernet, 1000).
			record(1_700_000_000, 0, pong, 100, LinkEthernet, 1000),
		"pcap, big-endian, microseconds": newPcapFile(big, pcapMagicMicro, 276).
			record(1, 2, ping, 5, LinkLinuxSLL2, 1000).
			record(3, 4, nil, 0, LinkLinuxSLL2, 1000),
		"pcap, little-endian, nanoseconds": newPcapFile(little, pcapMagicNano, 101).
			record(math.MaxUint32, 999_999_999, ping, 5, LinkRaw, 1),
		"pcap, big-endian, nanoseconds": newPcapFile(big, pcapMagicNano, 113).
			record(1, 999_999_999, ping, 5, LinkLinuxSLL, 1),
		"pcap, frame check sequence in the link type": newPcapFile(little, pcapMagicMicro, 0x2400_0001).
			record(1, 2, ping, 5, LinkEthernet, 1000),
		"pcap, original length forgotten": newPcapFile(little, pcapMagicMicro, 1).
			record(1, 2, ping, 0, LinkEthernet, 1000),
		"pcap, cut packets": newPcapFile(little, pcapMagicMicro, 1).
			record(1, 2, ping, 60, LinkEthernet, 1000).
			record(1, 3, pong, 1500, LinkEthernet, 1000).
			record(1, 4, ping, 61, LinkEthernet, 1000).report("snaplen"),
		"pcap, time goes back": newPcapFile(little, pcapMagicMicro, 1).
			record(10, 0, ping, 5, LinkEthernet, 1000).
			record(9, 0, ping, 5, LinkEthernet, 1000).
			record(7, 999_999, ping, 5, LinkEthernet, 1000).
			record(5, 0, ping, 5, LinkEthernet, 1000).report("time-backwards"),
		"pcap, empty": newPcapFile(little, pcapMagicMicro, 1).report("empty-capture"),
		"pcap, packet of 256 KiB": newPcapFile(little, pcapMagicMicro, 1).
			record(1, 2, make([]byte, maxCapLen), maxCapLen, LinkEthernet, 1000).
			record(1, 2, ping, 5, LinkEthernet, 1000),
		"pcapng, empty": new(fileWriter).section(little, nil).report("empty-capture"),
	}
	damaged := newPcapFile(little, pcapMagicMicro, 1).record(1, 2, ping, 5, LinkEthernet, 1000)
	for _, v := range []uint32{1, 2, maxCapLen + 1, 60} {
		damaged.add32(v)
	}
	damaged.err = ErrDamaged
	files["pcap, record of impossible length"] = damaged.report("damaged-record")
	for name, order := range map[string]byteOrder{"little-endian": littleEndian, "big-endian": bigEndian} {
		files["pcapng, "+name] = forgedPcapng(order)
	}
	forgedDamage(files)
	return files
}

// forgedPcapng is a file with every kind of block, in two sections of which
// the first has this byte order and the second has the other one.
func forgedPcapng(first byteOrder) *fileWriter {
	w := new(fileWriter)
	eth := Packet{Iface: 0, Link: LinkEthernet}
	if first == bigEndian {
		w.section(big, nil)
	} else {
		w.section(little, nil)
	}
	w.block(0x7777_7777, []byte("nobody knows this block"))
	w.iface(LinkEthernet, 0, w.option(2, []byte("eth0")...), w.option(optionEnd))
	w.iface(LinkLinuxSLL2, 64, w.option(optionTsresol, 9),
		w.option(optionTsoffset, w.AppendUint64(nil, 1000)...)) // no end of options
	w.block(4, make([]byte, 4)) // name resolution, without names
	eth.Time = 1_700_000_000 * second
	w.enhanced(0, 1_700_000_000e6, ping, 5, eth)
	w.enhanced(1, 7, pong, 100, Packet{Iface: 1, Link: LinkLinuxSLL2, Time: 1000*second + 7})
	w.simple(ping, 5, Packet{Link: LinkEthernet, Time: 1000*second + 7}).report("no-timestamps")
	w.block(10, append(w.AppendUint32(w.AppendUint32(nil, 0x544C534B), 7), "secrets"...))
	eth.Time = 1_700_000_001 * second
	w.old(0, 1_700_000_001e6, ping, 5, eth)
	statistics := append(w.AppendUint32(nil, 1), make([]byte, 8)...)
	statistics = append(statistics, w.option(optionIfDrop, w.AppendUint64(nil, 11)...)...)
	w.block(blockStatistics, append(statistics, w.option(optionOSDrop, w.AppendUint64(nil, 2)...)...))
	w.report("kernel-dropped")

	w.AppendByteOrder = big
	if first == bigEndian {
		w.AppendByteOrder = little
	}
	w.section(w.AppendByteOrder, w.option(3, []byte("an operating system")...))
	w.iface(LinkRaw, 3, w.option(optionTsresol, 0x80|10))
	w.iface(LinkEthernet, 0, w.option(optionTsresol, 0))
	raw := Packet{Iface: 2, Link: LinkRaw, Time: 3*second + second/1024}
	w.enhanced(0, 3<<10|1, ping, 5, raw)
	at := w.block(blockSimple, append(w.AppendUint32(nil, 60), "pinX"...))
	w.packet(raw, []byte("pin"), 60, at+simpleLen).report("snaplen")
	return w.enhanced(1, 5, ping, 5, Packet{Iface: 3, Link: LinkEthernet, Time: 5 * second})
}

// forgedDamage adds pcapng files that contradict themselves.
func forgedDamage(files map[string]*fileWriter) {
	eth := Packet{Link: LinkEthernet, Time: second}
	start := func() *fileWriter {
		w := new(fileWriter).section(little, nil).iface(LinkEthernet, 0)
		return w.enhanced(0, 1e6, ping, 5, eth)
	}
	onePacket := map[string]func(w *fileWriter){
		"unknown interface": func(w *fileWriter) {
			w.block(blockEnhanced, w.enhancedBody(7, 1e6, 5, 5, ping))
		},
		"unknown interface, obsolete block": func(w *fileWriter) {
			w.block(blockOldPacket, w.enhancedBody(1, 1e6, 5, 5, ping))
		},
		"packet longer than its block": func(w *fileWriter) {
			w.block(blockEnhanced, w.enhancedBody(0, 1e6, 9, 9, ping))
		},
		"packet of 4 GiB in a small block": func(w *fileWriter) {
			w.block(blockEnhanced, w.enhancedBody(0, 1e6, math.MaxUint32, 9, ping))
		},
		"packet block without a packet":        func(w *fileWriter) { w.block(blockEnhanced, nil) },
		"simple packet block without a packet": func(w *fileWriter) { w.block(blockSimple, nil) },
	}
	for name, add := range onePacket {
		w := start()
		add(w)
		w.ends = w.ends[:len(w.ends)-1]
		w.expectBroken(second)
		files["pcapng, "+name] = w.enhanced(0, 1e6, ping, 5, eth).report("damaged-record")
	}
	ending := map[string]func(w *fileWriter){
		"block of no length":             func(w *fileWriter) { w.add32(99); w.add32(0) },
		"block of odd length":            func(w *fileWriter) { w.add32(99); w.add32(33) },
		"section without byte order":     func(w *fileWriter) { w.section(little, nil); w.data[len(w.data)-20]++ },
		"section of another version":     func(w *fileWriter) { w.section(little, nil); w.data[len(w.data)-16]++ },
		"lengths that differ":            func(w *fileWriter) { w.block(99, ping); w.data[len(w.data)-4] += 4 },
		"lengths of a packet differ":     func(w *fileWriter) { w.block(6, ping); w.data[len(w.data)-4] += 4 },
		"interface without a type":       func(w *fileWriter) { w.block(blockInterface, nil) },
		"interface description too long": func(w *fileWriter) { w.add32(blockInterface); w.add32(maxBlock + 4) },
	}
	for name, add := range ending {
		w := start()
		ends := len(w.ends)
		add(w)
		w.ends, w.err = w.ends[:ends], ErrDamaged
		files["pcapng, "+name] = w.report("damaged-record")
	}
	stray := new(fileWriter).section(little, nil)
	stray.block(blockSimple, stray.AppendUint32(nil, 0))
	stray.ends = stray.ends[:len(stray.ends)-1]
	stray.expectBroken(0)
	files["pcapng, simple packet without an interface"] = stray.report("damaged-record")
}
