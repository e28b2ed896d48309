# A port answers one connection in TLS, and hangs up on a plain handshake without a word, as OpenSSL's servers do.
want handshake verdict=unanswered certainty=proven status=none sightings=1
               legs=instance culprit=none closed=server-fin
               findings=tls-expected:error,handshake-unanswered:info
want counters connections=2 requests=1 responses=0 handshakes=1
want source index=0 problems=encrypted

leg other    10.0.1.1:50001 -> 10.0.1.2:8443
leg instance 10.0.1.1:50002 -> 10.0.1.2:8443

# A ClientHello and a ServerHello of the shortest kind.
other >> \x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03\{32*c}\x00\x00\x02\x13\x01\x01\x00\x00\x00
other << \x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03\{32*s}\x00\x13\x01\x00\x00\x00
other: client closes
other: server closes
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cGxhaW4tYW5kLXNpbGVudA==
         >
instance: server closes
instance: client closes
