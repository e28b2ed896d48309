# The load balancer's first connection to the instance is reset, and its second try succeeds; the client notices nothing.
# The first try fails, but the handshake does not.
want handshake verdict=healthy certainty=proven status=101 sightings=3
               legs=client,instance,instance culprit=none
               findings=none
want counters connections=3 requests=3 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080
leg retry    10.0.1.1:50002 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c2Vjb25kLXRyeS13aW5zLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c2Vjb25kLXRyeS13aW5zLg==
         >
instance: server resets
retry    > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c2Vjb25kLXRyeS13aW5zLg==
         >
retry    < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
