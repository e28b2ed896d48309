# The whole handshake is missing, and a lone 101 with its frames makes none.
want counters connections=1 requests=0 responses=1 handshakes=0 gaps=1
want findings none

leg client 10.0.0.9:40001 -> 10.0.0.1:80

lose
client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bG9zdC1hbHRvZ2V0aGVyLg==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client <~ text hello
client: client closes
client: server closes
