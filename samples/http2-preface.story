# A connection begins with the preface of HTTP/2, which only looks like a request line.
want counters connections=1 requests=0 responses=0 handshakes=0
want findings none

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance >> PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n
         >> \x00\x00\x00\x04\x00\x00\x00\x00\x00
instance << \x00\x00\x00\x04\x00\x00\x00\x00\x00
instance >> \x00\x00\x00\x04\x01\x00\x00\x00\x00
instance: client closes
instance: server closes
