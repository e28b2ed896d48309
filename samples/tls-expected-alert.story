# The load balancer asks in plain HTTP a port of the instance that wants TLS: a TLS alert comes back, and the client is told 502.
# The alert is the one that Java and GnuTLS send: fatal, unexpected_message.
want handshake verdict=refused certainty=proven status=502 sightings=2
               legs=client,instance culprit=none closed=client-fin,server-fin
               findings=tls-expected:error
want counters connections=2 requests=2 responses=1 handshakes=1
want source index=0 problems=none

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8443

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cGxhaW4tdG8tdGxzLXBvcg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > X-Forwarded-Proto: http
         > X-Forwarded-Port: 80
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cGxhaW4tdG8tdGxzLXBvcg==
         >
instance << \x15\x03\x03\x00\x02\x02\x0a
instance: server closes
instance: client closes
client   < HTTP/1.1 502 Bad Gateway
         < Content-Length: 0
         <
client: client closes
client: server closes
