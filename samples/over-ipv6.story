# The same rewriting over IPv6.
want handshake verdict=rewritten certainty=proven status=400 sightings=2
               legs=client,instance culprit=[2001:db8::1]:80|2001:db8:1::1
               findings=connection-rewritten,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   [2001:db8::9]:40001 -> [2001:db8::1]:80
leg instance [2001:db8:1::1]:50001 -> [2001:db8:1::2]:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: b3Zlci13aWRlLXJvYWRzLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 2001:db8::9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: b3Zlci13aWRlLXJvYWRzLg==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Length: 0
         <
client   < HTTP/1.1 400 Bad Request
         < Content-Length: 0
         <
