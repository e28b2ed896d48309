# The load balancer takes Sec-WebSocket-Extensions out of the 101; the server compresses as agreed, and the client closes with 1002 on the first frame.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none frames=2,2 closed=client-fin,client-fin
               findings=rsv1-without-extension:error

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YW4tZXh0ZW5zaW9uLWxlZg==
         > Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YW4tZXh0ZW5zaW9uLWxlZg==
         > Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         < Sec-WebSocket-Extensions: permessage-deflate
         <
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance <~ deflated \xf2\x48\xcd\xc9\xc9\x07\x00
client   <~ deflated \xf2\x48\xcd\xc9\xc9\x07\x00
client   ~> close 1002 RSV1 must be clear
instance ~> close 1002 RSV1 must be clear
client: client closes
instance: client closes
instance: server closes
client: server closes
