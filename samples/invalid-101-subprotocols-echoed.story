# The server sends the whole list of subprotocols back instead of one of them, and the browser hangs up.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               culprit=none frames=0 closed=client-fin findings=invalid-101:error

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /graphql HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: dGFrZS1vbmUtb2YtdGhlbQ==
       > Sec-WebSocket-Protocol: graphql-transport-ws, graphql-ws
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       < Sec-WebSocket-Protocol: graphql-transport-ws, graphql-ws
       <
client: client closes
client: server closes
