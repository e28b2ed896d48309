# Pages and a form that carry the text of a handshake in their bodies are about handshakes and are none.
want counters connections=1 requests=3 responses=3 handshakes=0
want findings none

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /how-to HTTP/1.1
       > Host: app.example
       > Connection: keep-alive
       >
client < HTTP/1.1 200 OK
       < Content-Type: text/plain
       < Content-Length: *
       <
       < GET /chat HTTP/1.1\r\nHost: app.example\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n
       < Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: b25seS1pbi10aGUtdGV4dA==\r\n\r\n
client > POST /pastebin HTTP/1.1
       > Host: app.example
       > Content-Type: text/plain
       > Content-Length: *
       >
       > GET /chat HTTP/1.1\r\nHost: app.example\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n
       > Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: b25seS1pbi10aGUtdGV4dA==\r\n\r\n
client < HTTP/1.1 201 Created
       < Transfer-Encoding: chunked
       <
       < HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n
       < Connection: Upgrade\r\n\r\n
client > GET /favicon.ico HTTP/1.1
       > Host: app.example
       >
client < HTTP/1.1 304 Not Modified
       < ETag: "1"
       <
