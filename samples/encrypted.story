# The leg is encrypted: there may be a handshake inside, but the capture does not show it.
want counters connections=1 requests=0 responses=0 handshakes=0
want source index=0 problems=encrypted
want findings none

leg client 10.0.0.9:40001 -> 10.0.0.1:443

# A ClientHello and a ServerHello of the shortest kind, then application data.
client >> \x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03\{32*c}\x00\x00\x02\x13\x01\x01\x00\x00\x00
client << \x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03\{32*s}\x00\x13\x01\x00\x00\x00
client >> \x17\x03\x03\x00\x20\{32*x}
client << \x17\x03\x03\x00\x20\{32*y}
client: client closes
client: server closes
