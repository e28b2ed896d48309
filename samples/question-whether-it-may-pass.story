# nginx asks an authorization server whether the handshake may pass (auth_request), in HTTP/1.0 and with the client's key, and then passes it on whole: nothing was damaged.
# The question is no sighting of the handshake.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none findings=none
want handshake verdict=refused certainty=proven status=401 sightings=1
               legs=client culprit=none findings=handshake-refused
want counters connections=5 requests=5 responses=5 handshakes=2

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg auth     10.0.1.1:50001 -> 10.0.1.3:9000
leg instance 10.0.1.1:50002 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bWF5LWl0LXBhc3MtPy15ZQ==
         >
auth     > GET /auth HTTP/1.0
         > X-Original-URI: /chat
         > Host: 10.0.1.3:9000
         > Connection: close
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bWF5LWl0LXBhc3MtPy15ZQ==
         >
auth     < HTTP/1.1 200 OK
         < Content-Length: 0
         < Connection: close
         <
auth: server closes
auth: client closes
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bWF5LWl0LXBhc3MtPy15ZQ==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: upgrade
         < Sec-WebSocket-Accept: *
         <
client: client closes
client: server closes
instance: client closes
instance: server closes

# The next one may not.
leg client2  10.0.0.9:40002 -> 10.0.0.1:80
leg auth2    10.0.1.1:50003 -> 10.0.1.3:9000

client2  > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bWF5LWl0LXBhc3MtPy1ubw==
         >
auth2    > GET /auth HTTP/1.0
         > X-Original-URI: /chat
         > Host: 10.0.1.3:9000
         > Connection: close
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bWF5LWl0LXBhc3MtPy1ubw==
         >
auth2    < HTTP/1.1 401 Unauthorized
         < Content-Length: 0
         < Connection: close
         <
auth2: server closes
auth2: client closes
client2  < HTTP/1.1 401 Unauthorized
         < Content-Length: *
         <
         < no
client2: client closes
client2: server closes
