package capture

import (
	"bytes"
	"encoding/binary"
	"math"

	"elbscope/capture/flow"
)

// A fileWriter puts a capture file together, right or wrong, and keeps what a
// reader has to make of it.
type fileWriter struct {
	binary.AppendByteOrder
	data []byte
	// ends are the lengths at which the file may be cut without harm.
	ends []int
	want []wantPacket
	// problems are the codes that a reader has to report, in order.
	problems []string
	// err is what a reader's last error wraps, nil for io.EOF.
	err error
}

// wantPacket is a packet that the reader has to return, and the length that
// the file must have for that.
type wantPacket struct {
	Packet
	end int
}

var (
	little = binary.LittleEndian
	big    = binary.BigEndian
)

func (w *fileWriter) add16(v uint16) { w.data = w.AppendUint16(w.data, v) }
func (w *fileWriter) add32(v uint32) { w.data = w.AppendUint32(w.data, v) }

// end marks the end of a record.
func (w *fileWriter) end() { w.ends = append(w.ends, len(w.data)) }

// expect marks the end of a record with a packet whose data starts at offset.
func (w *fileWriter) expect(p Packet, offset int) {
	w.end()
	p.Num, p.Offset = uint64(len(w.want)+1), int64(offset)
	w.want = append(w.want, wantPacket{p, len(w.data)})
}

// expectBroken marks the end of a block with a packet that is to be counted.
func (w *fileWriter) expectBroken(before flow.Time) {
	w.expect(Packet{Time: before, Link: noLink, Data: []byte{}}, -1)
}

// newPcapFile starts a classic capture.
func newPcapFile(order binary.AppendByteOrder, magic, link uint32) *fileWriter {
	w := &fileWriter{AppendByteOrder: order}
	w.add32(magic)
	w.add16(2)
	w.add16(4)
	w.add32(0)
	w.add32(0)
	w.add32(96) // a snapshot length that is not kept to
	w.add32(link)
	w.end()
	return w
}

// record adds a classic packet record.
func (w *fileWriter) record(seconds, fraction uint32, data []byte, orig int, link LinkType, unit flow.Time) *fileWriter {
	w.add32(seconds)
	w.add32(fraction)
	w.add32(uint32(len(data)))
	w.add32(uint32(orig))
	at := len(w.data)
	w.data = append(w.data, data...)
	w.expect(Packet{
		Time: flow.Time(seconds)*1e9 + flow.Time(fraction)*unit,
		Link: link, Data: data, Orig: uint32(max(orig, len(data))),
	}, at)
	return w
}

// block adds a pcapng block and returns where it starts; it may end here.
func (w *fileWriter) block(kind uint32, body []byte) int {
	at := len(w.data)
	for len(body)%4 != 0 {
		body = append(body[:len(body):len(body)], 0)
	}
	w.add32(kind)
	w.add32(uint32(len(body) + blockFrame))
	w.data = append(w.data, body...)
	w.add32(uint32(len(body) + blockFrame))
	w.end()
	return at
}

// section starts a section in this byte order.
func (w *fileWriter) section(order binary.AppendByteOrder, options []byte) *fileWriter {
	w.AppendByteOrder = order
	body := w.AppendUint32(nil, byteOrderMagic)
	body = w.AppendUint16(body, 1)
	body = w.AppendUint16(body, 0)
	body = w.AppendUint64(body, math.MaxUint64) // length -1
	w.block(blockSection, append(body, options...))
	return w
}

// option returns one option, padded.
func (w *fileWriter) option(code uint16, value ...byte) []byte {
	b := w.AppendUint16(nil, code)
	b = w.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	return append(b, make([]byte, -len(value)&3)...)
}

// iface describes an interface.
func (w *fileWriter) iface(link LinkType, snapLen uint32, options ...[]byte) *fileWriter {
	body := w.AppendUint16(nil, uint16(link))
	body = w.AppendUint16(body, 0)
	body = w.AppendUint32(body, snapLen)
	w.block(blockInterface, append(body, bytes.Join(options, nil)...))
	return w
}

// enhancedBody returns the body of an Enhanced Packet Block that claims these
// lengths, whatever its data is.
func (w *fileWriter) enhancedBody(id uint32, stamp uint64, capLen, orig int, data []byte) []byte {
	body := w.AppendUint32(nil, id)
	body = w.AppendUint32(body, uint32(stamp>>32))
	body = w.AppendUint32(body, uint32(stamp))
	body = w.AppendUint32(body, uint32(capLen))
	body = w.AppendUint32(body, uint32(orig))
	return append(body, data...)
}

// enhanced adds an Enhanced Packet Block of the section's interface id; want
// says what the reader has to make of it, apart from lengths and data.
func (w *fileWriter) enhanced(id uint32, stamp uint64, data []byte, orig int, want Packet) *fileWriter {
	at := w.block(blockEnhanced, w.enhancedBody(id, stamp, len(data), orig, data))
	return w.packet(want, data, orig, at+enhancedLen)
}

// packet expects the packet that the block before it holds.
func (w *fileWriter) packet(want Packet, data []byte, orig, at int) *fileWriter {
	w.ends = w.ends[:len(w.ends)-1]
	want.Data, want.Orig = data, uint32(max(orig, len(data)))
	w.expect(want, at)
	return w
}

// simple adds a Simple Packet Block.
func (w *fileWriter) simple(data []byte, orig int, want Packet) *fileWriter {
	at := w.block(blockSimple, append(w.AppendUint32(nil, uint32(orig)), data...))
	return w.packet(want, data, orig, at+simpleLen)
}

// old adds an obsolete Packet Block.
func (w *fileWriter) old(id uint16, stamp uint64, data []byte, orig int, want Packet) *fileWriter {
	body := w.AppendUint16(nil, id)
	body = w.AppendUint16(body, 0xFFFF) // drops: unknown
	body = append(body, w.enhancedBody(0, stamp, len(data), orig, data)[4:]...)
	at := w.block(blockOldPacket, body)
	return w.packet(want, data, orig, at+enhancedLen)
}

// report expects a problem.
func (w *fileWriter) report(codes ...string) *fileWriter {
	w.problems = append(w.problems, codes...)
	return w
}
