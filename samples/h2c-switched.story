# A server does switch to HTTP/2 with a 101, and what follows is neither HTTP/1 nor WebSocket.
want counters connections=1 requests=1 responses=1 handshakes=0
want findings none

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET / HTTP/1.1
       > Host: app.example
       > Connection: Upgrade, HTTP2-Settings
       > Upgrade: h2c
       > HTTP2-Settings: AAMAAABkAAQAAP__
       >
client < HTTP/1.1 101 Switching Protocols
       < Connection: Upgrade
       < Upgrade: h2c
       <
client << \x00\x00\x00\x04\x00\x00\x00\x00\x00
client >> PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n
       >> \x00\x00\x00\x04\x00\x00\x00\x00\x00
client << \x00\x00\x00\x04\x01\x00\x00\x00\x00
client: client closes
client: server closes
