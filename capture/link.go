package capture

import "strconv"

// LinkType is a LINKTYPE_ value from https://www.tcpdump.org/linktypes.html.
// It is 16 bits wide, which gopacket's is not (LINUX_SLL2 is 276).
type LinkType uint16

// The link types that are decoded.
const (
	LinkNull      LinkType = 0
	LinkEthernet  LinkType = 1
	LinkRawBSD    LinkType = 12
	LinkRaw       LinkType = 101
	LinkLoop      LinkType = 108
	LinkLinuxSLL  LinkType = 113
	LinkIPv4      LinkType = 228
	LinkIPv6      LinkType = 229
	LinkLinuxSLL2 LinkType = 276
)

// linkNames holds libpcap's names, of what is decoded and of the neighbours
// that people bring along, so that a message can name them.
var linkNames = map[LinkType]string{
	LinkNull: "NULL", LinkEthernet: "EN10MB", LinkRawBSD: "RAW", LinkRaw: "RAW",
	LinkLoop: "LOOP", LinkLinuxSLL: "LINUX_SLL", LinkIPv4: "IPV4", LinkIPv6: "IPV6",
	LinkLinuxSLL2: "LINUX_SLL2",
	6:             "IEEE802", 9: "PPP", 10: "FDDI", 50: "PPP_SERIAL", 51: "PPP_ETHER",
	104: "C_HDLC", 105: "IEEE802_11", 107: "FRELAY", 117: "PFLOG", 119: "PRISM_HEADER",
	127: "IEEE802_11_RADIO", 147: "USER0", 163: "IEEE802_11_RADIO_AVS",
	187: "BLUETOOTH_HCI_H4", 189: "USB_LINUX", 192: "PPI", 195: "IEEE802_15_4_WITHFCS",
	220: "USB_LINUX_MMAPPED", 239: "NFLOG", 249: "USBPCAP", 252: "WIRESHARK_UPPER_PDU",
	253: "NETLINK", 258: "PKTAP",
}

// String returns libpcap's name of the link type, or "LINKTYPE_n".
func (l LinkType) String() string {
	if s, ok := linkNames[l]; ok {
		return s
	}
	return "LINKTYPE_" + strconv.Itoa(int(l))
}
