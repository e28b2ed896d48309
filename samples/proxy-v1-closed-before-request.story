# The instance hangs up on a PROXY line before the request has come.
want handshake verdict=unanswered certainty=proven status=none sightings=1 culprit=none proxy=v1 closed=server-fin
               findings=proxy-protocol-unexpected:error,handshake-unanswered:info

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance: proxy v1 10.0.0.9:40001 -> 10.0.0.1:80
instance: server closes
instance   > GET /chat HTTP/1.1
           > Host: app.example
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
