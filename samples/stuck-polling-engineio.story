# After the upgrade of its session failed, an engine.io client goes on polling for good.
want handshake verdict=rewritten certainty=inferred status=400 sightings=1
               legs=instance culprit=-|10.0.1.1
               findings=connection-rewritten,handshake-refused,socketio-stuck-polling
want counters connections=1 requests=8 responses=8 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /socket.io/?EIO=4&transport=polling&t=a1 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Content-Type: text/plain; charset=UTF-8
         < Content-Length: *
         <
         < 0{"sid":"stuckForGood00001","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}
instance > POST /socket.io/?EIO=4&transport=polling&t=a2&sid=stuckForGood00001 HTTP/1.1
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
instance > GET /socket.io/?EIO=4&transport=websocket&sid=stuckForGood00001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c3R1Y2stb24tcG9sbGluZw==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Type: application/json
         < Transfer-Encoding: chunked
         <
         < {"code":3,"message":"Bad request"}
instance > GET /socket.io/?EIO=4&transport=polling&t=a3&sid=stuckForGood00001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
wait 25s
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 2
instance > POST /socket.io/?EIO=4&transport=polling&t=a4&sid=stuckForGood00001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         > Content-Length: *
         >
         > 3
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < ok
instance > GET /socket.io/?EIO=4&transport=polling&t=a5&sid=stuckForGood00001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
wait 25s
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 2
instance > POST /socket.io/?EIO=4&transport=polling&t=a6&sid=stuckForGood00001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         > Content-Length: *
         >
         > 3
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < ok
instance > GET /socket.io/?EIO=4&transport=polling&t=a7&sid=stuckForGood00001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
wait 25s
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 2
