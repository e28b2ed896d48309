# The load balancer asks in HTTP/1.1 a port of the instance that speaks HTTP/2 alone: its SETTINGS come back, and the client is told 502.
# What comes back is what nginx 1.22 sends where listen says http2 and not ssl.
want handshake verdict=refused certainty=proven status=502 sightings=2
               legs=client,instance culprit=none closed=client-fin,server-fin
               findings=http2-expected:error
want counters connections=2 requests=2 responses=1 handshakes=1
want source index=0 problems=none

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: aHR0cDItc3BlYWtzLW5vMQ==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > X-Forwarded-Proto: http
         > X-Forwarded-Port: 80
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: aHR0cDItc3BlYWtzLW5vMQ==
         >
instance << \x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff\x00\x00\x04\x08\x00\x00\x00\x00\x00\x7f\xff\x00\x00
instance << \x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01
instance: server closes
instance: client closes
client   < HTTP/1.1 502 Bad Gateway
         < Content-Length: 0
         <
client: client closes
client: server closes
