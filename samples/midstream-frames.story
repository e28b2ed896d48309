# The capture begins when the WebSocket is long open; frames alone make no handshake.
# Whether the frames count is left open.
want counters connections=1 requests=0 responses=0 handshakes=0
want findings none

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: YmVmb3JlLXdlLWxvb2tlZA==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
capture begins
client ~> text tick
client <~ text tock
client ~> text GET /not/a/request HTTP/1.1\r\n\r\n
client <~ text tock
wait 60s
client: server closes
client: client closes
