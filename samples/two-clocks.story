# Two files of one conversation, taken on two machines whose clocks are 3.7 seconds apart.
# Polls stretch over seven seconds so that the files overlap in time; otherwise
# the second one would be a rotation of the first.
want handshake verdict=rewritten certainty=proven status=400 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten:error,handshake-refused:info
want source index=0 clockOffset=0
want source index=1 clockOffset=-3.7
want counters connections=3 requests=8 responses=8 handshakes=1

file client
file instance clock +3.7s
leg client   10.0.0.9:40001 -> 10.0.0.1:80 in client
leg socket   10.0.0.9:40002 -> 10.0.0.1:80 in client
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080 in instance

client   > GET /socket.io/?EIO=4&transport=polling&sid=twoClocks00000001&t=1 HTTP/1.1
         > Host: app.example
         > Connection: keep-alive
         >
instance > GET /socket.io/?EIO=4&transport=polling&sid=twoClocks00000001&t=1 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         >
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 2
client   < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 2
socket   > GET /socket.io/?EIO=4&transport=websocket&sid=twoClocks00000001 HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dHdvLXdyb25nLWNsb2Nrcw==
         >
instance > GET /socket.io/?EIO=4&transport=websocket&sid=twoClocks00000001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dHdvLXdyb25nLWNsb2Nrcw==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Type: application/json
         < Content-Length: *
         <
         < {"code":3,"message":"Bad request"}
socket   < HTTP/1.1 400 Bad Request
         < Content-Type: application/json
         < Content-Length: *
         <
         < {"code":3,"message":"Bad request"}
socket: client closes
socket: server closes
wait 3s
client   > GET /socket.io/?EIO=4&transport=polling&sid=twoClocks00000001&t=2 HTTP/1.1
         > Host: app.example
         > Connection: keep-alive
         >
instance > GET /socket.io/?EIO=4&transport=polling&sid=twoClocks00000001&t=2 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         >
wait 4s
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 2
client   < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < 2
client   > GET /bye HTTP/1.1
         > Host: app.example
         > Connection: keep-alive
         >
instance > GET /bye HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         >
instance < HTTP/1.1 204 No Content
         <
client   < HTTP/1.1 204 No Content
         <
client: client closes
client: server closes
