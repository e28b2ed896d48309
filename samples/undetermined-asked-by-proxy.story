# A proxy writes Upgrade: websocket into every request, also into a page's: behind it nobody can tell that from a handshake whose Sec-WebSocket headers were taken away.
want handshake verdict=undetermined certainty=undetermined status=200 sightings=1
               legs=instance culprit=none findings=none
want findings none
want counters handshakes=1 requests=2 responses=2

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /index.html HTTP/1.1
         > Host: app.example
         >
instance > GET /index.html HTTP/1.1
         > Upgrade: websocket
         > Connection: upgrade
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         >
instance < HTTP/1.1 200 OK
         < Content-Type: text/html
         < Content-Length: 14
         <
         < <p>Welcome.</p
client   < HTTP/1.1 200 OK
         < Content-Type: text/html
         < Content-Length: 14
         <
         < <p>Welcome.</p
