# The first connection to the instance is closed on, the second try gets its 101, and the load balancer tells the client 502 all the same.
# The hop at fault stands before both tries: the failed one is no leg of its own.
want handshake verdict=not-relayed certainty=proven status=502 sightings=3
               legs=client,instance,instance culprit=10.0.0.1:80|10.0.1.1
               findings=101-not-relayed:error
want counters connections=3 requests=3 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080
leg retry    10.0.1.1:50002 -> 10.0.1.2:8080

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: c2Vjb25kLXRyeS1sb3N0IQ==
       >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c2Vjb25kLXRyeS1sb3N0IQ==
         >
instance: server closes
instance: client closes
retry > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9
      > Connection: Upgrade
      > Upgrade: websocket
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: c2Vjb25kLXRyeS1sb3N0IQ==
      >
retry < HTTP/1.1 101 Switching Protocols
      < Upgrade: websocket
      < Connection: Upgrade
      < Sec-WebSocket-Accept: *
      <
retry: client resets
client < HTTP/1.1 502 Bad Gateway
       < Content-Length: 0
       <
client: client closes
client: server closes
