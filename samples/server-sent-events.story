# A stream of events stays open for a minute and then breaks off; it never wanted to be a WebSocket.
want counters connections=1 requests=1 responses=1 handshakes=0
want findings none

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /events HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Accept: text/event-stream
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Content-Type: text/event-stream
         < Transfer-Encoding: chunked
         <
         < data: one\n\n
         < ...
wait 2s
instance << b\r\ndata: two\n\n\r\n
wait 60s
instance: client closes
instance: server closes
