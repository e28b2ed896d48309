# The instance resets the connection of a sound handshake, and the load balancer makes up a 502 for the client.
# Whether the made-up 502 is a finding of its own is left open.
want handshake verdict=unanswered certainty=proven status=502 sightings=2
               legs=client,instance culprit=none closed=client-fin,server-rst
               findings=handshake-unanswered:error
want counters connections=2 requests=2 responses=1 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cmVzZXQtdGhlbi1hLTUwMg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cmVzZXQtdGhlbi1hLTUwMg==
         >
instance: server resets
client   < HTTP/1.1 502 Bad Gateway
         < Content-Type: text/html
         < Content-Length: *
         <
         < <html><h1>502 Bad Gateway</h1></html>
client: client closes
client: server closes
