# A hop turns the GET of the handshake into a POST, and the server allows only GET.
want handshake verdict=altered certainty=proven status=405 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=handshake-altered,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm93LWl0LWlzLWEtcG9zdA==
         >
instance > POST /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm93LWl0LWlzLWEtcG9zdA==
         > Content-Length: 0
         >
instance < HTTP/1.1 405 Method Not Allowed
         < Allow: GET
         < Content-Length: 0
         <
client   < HTTP/1.1 405 Method Not Allowed
         < Allow: GET
         < Content-Length: 0
         <
client: client closes
client: server closes
