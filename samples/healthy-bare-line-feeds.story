# A client on the same machine ends its lines with LF alone, and the server forgives it.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=local culprit=none
               findings=none
want counters connections=1 requests=1 responses=1 handshakes=1

file link null
leg local 127.0.0.1:60001 -> 127.0.0.1:8081

local > GET /chat HTTP/1.1\n
      > Host: localhost\n
      > Connection: Upgrade\n
      > Upgrade: websocket\n
      > Sec-WebSocket-Version: 13\n
      > Sec-WebSocket-Key: bGYtd2l0aG91dC1hLWNyLg==\n
      > \n
local < HTTP/1.1 101 Switching Protocols
      < Upgrade: websocket
      < Connection: Upgrade
      < Sec-WebSocket-Accept: *
      <
