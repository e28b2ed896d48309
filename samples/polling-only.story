# A client that was told to poll never tries a WebSocket, although the server offers one.
want counters connections=1 requests=3 responses=3 handshakes=0
want findings none

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /socket.io/?EIO=4&transport=polling&t=p1 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 0{"sid":"happyToPoll000001","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}
instance > POST /socket.io/?EIO=4&transport=polling&t=p2&sid=happyToPoll000001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         > Content-Length: *
         >
         > 40
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < ok
instance > GET /socket.io/?EIO=4&transport=polling&t=p3&sid=happyToPoll000001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 40{"sid":"inner"}
