# On a connection that served six pages before, the seventh request is a rewritten handshake, and an eighth follows as if nothing had happened.
want handshake verdict=rewritten certainty=inferred status=400 sightings=1
               legs=instance culprit=-|10.0.1.1
               findings=connection-rewritten,handshake-refused
want counters connections=1 requests=8 responses=8 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET / HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < one
instance > GET /two HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.21
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Transfer-Encoding: chunked
         <
         < tw
         < o
instance > HEAD /three HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
# The answer to a HEAD announces a body and has none.
instance < HTTP/1.1 200 OK
         < Content-Length: 5000
         <
instance > POST /four HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.22
         > Transfer-Encoding: chunked
         >
         > fo
         > ur
instance < HTTP/1.1 204 No Content
         <
instance > GET /five HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > If-None-Match: "5"
         >
instance < HTTP/1.1 304 Not Modified
         < Content-Length: 5
         <
instance > PUT /six HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Content-Length: *
         >
         > sixth
instance < HTTP/1.1 201 Created
         < Content-Length: 0
         <
instance > GET /socket.io/?EIO=3&transport=websocket HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.23
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGhlLXNldmVudGgtb25lLg==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Type: application/json
         < Content-Length: *
         <
         < {"code":3,"message":"Bad request"}
instance > GET /eight HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < eight
