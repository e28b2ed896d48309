# A browser behind a forward proxy asks for a tunnel with CONNECT and opens its WebSocket inside.
# The contract does not say whether a tunnel is looked into. Either way nothing
# is wrong here, and that is all that is wanted.
want counters connections=1
want findings none

leg client 10.0.0.9:40001 -> 10.0.0.7:3128

client > CONNECT app.example:80 HTTP/1.1
       > Host: app.example:80
       > Proxy-Connection: keep-alive
       >
client < HTTP/1.1 200 Connection established
       <
client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: aW5zaWRlLWEtdHVubmVsLg==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client ~> text hello
client: client closes
client: server closes
