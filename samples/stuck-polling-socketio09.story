# A socket.io 0.9 client waits ten seconds for its WebSocket, then falls back to xhr-polling and stays there.
want handshake verdict=rewritten certainty=inferred status=502 sightings=1
               legs=instance culprit=-|10.0.1.1
               findings=connection-rewritten,handshake-refused,socketio-stuck-polling
want counters connections=1 requests=6 responses=6 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:80

instance > GET /socket.io/1/?t=1767225600000 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Server: nginx
         < Content-Type: text/plain
         < Transfer-Encoding: chunked
         <
         < fallsBack09:60:60:websocket,htmlfile,xhr-polling,jsonp-polling
instance > GET /socket.io/1/websocket/fallsBack09 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGVuLXNlY29uZHMtbW9yZQ==
         >
instance < HTTP/1.1 502 Bad Gateway
         < Server: nginx
         < Content-Type: text/html
         < Content-Length: *
         <
         < <html><h1>502 Bad Gateway</h1></html>
wait 10s
instance > GET /socket.io/1/xhr-polling/fallsBack09?t=1767225610001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Content-Type: text/plain; charset=UTF-8
         < Content-Length: *
         <
         < 1::
instance > GET /socket.io/1/xhr-polling/fallsBack09?t=1767225610002 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
wait 20s
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 8::
instance > GET /socket.io/1/xhr-polling/fallsBack09?t=1767225630003 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
wait 20s
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 8::
instance > GET /socket.io/1/xhr-polling/fallsBack09?t=1767225650004 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
wait 20s
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 8::
