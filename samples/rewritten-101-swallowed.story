# An old server upgrades on the rewritten handshake, and the load balancer, which knows of no upgrade, turns its 101 into a 502.
# The 101 that is not relayed follows from the rewriting; whether it is a finding
# of its own is left open.
want handshake verdict=rewritten certainty=proven status=502 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten:error,101-not-relayed:info
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c3dhbGxvd2VkLWJ5LWVsYg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c3dhbGxvd2VkLWJ5LWVsYg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance: client resets
client   < HTTP/1.1 502 BAD_GATEWAY
         < Content-Length: 0
         < Connection: keep-alive
         <
client: client closes
client: server closes
