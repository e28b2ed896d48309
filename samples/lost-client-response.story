# The instance's 101 is there and the client's copy of it was lost, which does not mean that it was not relayed.
# Bytes are missing where the answer may have been, so "nothing arrived" cannot be said.
want handshake verdict=undetermined certainty=undetermined status=none sightings=2
               legs=client,instance culprit=none
               findings=none
want counters connections=2 requests=2 responses=1 handshakes=1 gaps=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bG9zdC1idXQtcmVsYXllZA==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bG9zdC1idXQtcmVsYXllZA==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
lose
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
client   ~> text hello
instance ~> text hello
client: client closes
client: server closes
instance: client closes
instance: server closes
