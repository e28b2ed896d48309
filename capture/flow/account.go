package flow

// Ledger says where every packet of the input went. Each packet is in exactly
// one bucket; the buckets add up to the number of packets.
type Ledger struct {
	// Delivered packets brought new stream bytes, a SYN, a FIN or a RST.
	Delivered uint64
	// Empty packets are TCP and brought nothing new: acknowledgements,
	// retransmissions, keep-alive probes, stray resets.
	Empty uint64
	// Duplicate packets are further captures of a packet already seen.
	Duplicate uint64
	// NotTCP packets are IP and carry something else.
	NotTCP uint64
	// NotIP packets carry no IP that this program decodes (ARP, LLDP, an
	// unknown link type or tunnel).
	NotIP uint64
	// Filtered packets were excluded by the user's filter.
	Filtered uint64
	// Damaged packets are too short or contradict themselves.
	Damaged uint64
	// OverBudget packets were understood and given up for lack of memory.
	OverBudget uint64
	// Waiting packets are held back: out of order, or fragments.
	Waiting uint64
}

// Sum returns the number of packets in all buckets together.
func (l *Ledger) Sum() uint64 {
	return l.Delivered + l.Empty + l.Duplicate + l.NotTCP + l.NotIP +
		l.Filtered + l.Damaged + l.OverBudget + l.Waiting
}

// Counters are the totals of the capture side.
type Counters struct {
	// Packets is the number of packets read.
	Packets uint64
	// Connections is the number of TCP connections seen.
	Connections uint64
	// Gaps is the number of holes in TCP streams that were never filled, and
	// GapBytes their size. SnaplenCuts is how many of them are segments cut by
	// the snapshot length.
	Gaps, GapBytes, SnaplenCuts uint64
	// KernelDropped is what a live capture lost before it reached us.
	KernelDropped uint64
	// Evicted is the number of connections forgotten for lack of memory while
	// they were still open.
	Evicted uint64
	Ledger  Ledger
}

// SourceInfo describes one input, as the report's sources[].
type SourceInfo struct {
	Name        string
	Format      string // "pcap", "pcapng" or "live"
	Compression string // "", "gzip" or "zstd"
	// LinkTypes are libpcap's names without the LINKTYPE_ prefix, in order of
	// first appearance.
	LinkTypes []string
	Packets   uint64
	// Bytes is the sum of the captured lengths.
	Bytes uint64
	// First and Last are the earliest and the latest packet time; zero
	// without packets.
	First, Last Time
	// Continues is set when connections of an earlier source went on in this
	// one: both are files of one capture and share its clock. Predecessor is
	// the index of that source.
	Continues   bool
	Predecessor int
	// LostSometime tells that the recording machine dropped packets between
	// First and Last, and not when.
	LostSometime bool
	// Reread tells that packets can be read again at their Offset.
	Reread   bool
	Problems []Problem
}
