# A page makes a WebSocket and closes it at once, as React's StrictMode has it do: the 101 comes two milliseconds later, and nobody is at fault.
want handshake verdict=not-relayed certainty=proven status=none sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1 closed=client-rst,client-fin
               findings=101-not-relayed:warning
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none frames=1,1 findings=none
want counters connections=4 requests=4 responses=3 handshakes=2

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080
leg again    10.0.0.9:40002 -> 10.0.0.1:80
leg passed   10.0.1.1:50002 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bW91bnRlZC10d2ljZS0wMQ==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bW91bnRlZC10d2ljZS0wMQ==
         >
client: client resets
wait 2ms
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance: client closes
again  > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bW91bnRlZC10d2ljZS0wMg==
       >
passed > GET /chat HTTP/1.1
       > Host: app.example
       > X-Forwarded-For: 10.0.0.9
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bW91bnRlZC10d2ljZS0wMg==
       >
passed < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
again  < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
again  ~> text hello
passed ~> text hello
