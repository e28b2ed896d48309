# The binary PROXY header and the handshake come in one packet, and the instance understands both.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=instance culprit=none proxy=v2
               findings=none
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:80

# 203.0.113.20:51000 -> 10.0.0.1:443, then the request.
instance >> \r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c
         >> \xcb\x00\x71\x14\x0a\x00\x00\x01\xc7\x38\x01\xbb
         >> GET /chat HTTP/1.1\r\n
         >> Host: app.example\r\n
         >> Connection: Upgrade\r\n
         >> Upgrade: websocket\r\n
         >> Sec-WebSocket-Version: 13\r\n
         >> Sec-WebSocket-Key: YmluYXJ5LWJ1dC1rbm93bg==\r\n
         >> \r\n
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: Z8raVmix4iBU5WwBijFV+YwN/kI=
         <
