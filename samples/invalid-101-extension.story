# The client offers no extension, the server compresses all the same and says so in its 101: the client resets the connection.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               culprit=none frames=1 closed=client-rst findings=invalid-101:error

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bm8tZXh0ZW5zaW9uLXBscw==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       < Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover
       <
client <~ deflated \xf2\x48\xcd\xc9\xc9\x07\x00
client: client resets
