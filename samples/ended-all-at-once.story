# nginx on the instance is restarted, and so ends three WebSockets that had been silent for 60, 35 and 10 seconds.
# A timer for silence runs for each by itself: that the first had been silent for a minute is chance.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=instance,local culprit=none frames=1,1 closed=server-fin,client-fin
               findings=none
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=instance,local culprit=none frames=1,1 closed=server-fin,client-fin
               findings=none
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=instance,local culprit=none frames=1,1 closed=server-fin,client-fin
               findings=none
want counters connections=6 requests=6 responses=6 handshakes=3 webSocketFrames=6

leg first  10.0.1.1:50001 -> 10.0.1.2:80
leg first-app 127.0.0.1:51001 -> 127.0.0.1:8081
leg second 10.0.1.1:50002 -> 10.0.1.2:80
leg second-app 127.0.0.1:51002 -> 127.0.0.1:8081
leg third  10.0.1.1:50003 -> 10.0.1.2:80
leg third-app 127.0.0.1:51003 -> 127.0.0.1:8081

first > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.7
      > Connection: Upgrade
      > Upgrade: websocket
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: cmVzdGFydGVkLWZpcnN0Lg==
      >
first-app > GET /chat HTTP/1.1
          > Host: app.example
          > X-Forwarded-For: 10.0.0.7, 10.0.1.1
          > Connection: Upgrade
          > Upgrade: websocket
          > Sec-WebSocket-Version: 13
          > Sec-WebSocket-Key: cmVzdGFydGVkLWZpcnN0Lg==
          >
first-app < HTTP/1.1 101 Switching Protocols
          < Upgrade: websocket
          < Connection: Upgrade
          < Sec-WebSocket-Accept: *
          <
first < HTTP/1.1 101 Switching Protocols
      < Upgrade: websocket
      < Connection: Upgrade
      < Sec-WebSocket-Accept: *
      <
first-app <~ text welcome
first <~ text welcome
wait 25s
second > GET /chat HTTP/1.1
       > Host: app.example
       > X-Forwarded-For: 10.0.0.8
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: cmVzdGFydGVkLXNlY29uZA==
       >
second-app > GET /chat HTTP/1.1
           > Host: app.example
           > X-Forwarded-For: 10.0.0.8, 10.0.1.1
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: cmVzdGFydGVkLXNlY29uZA==
           >
second-app < HTTP/1.1 101 Switching Protocols
           < Upgrade: websocket
           < Connection: Upgrade
           < Sec-WebSocket-Accept: *
           <
second < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
second-app <~ text welcome
second <~ text welcome
wait 25s
third > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9
      > Connection: Upgrade
      > Upgrade: websocket
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: cmVzdGFydGVkLXRoaXJkLg==
      >
third-app > GET /chat HTTP/1.1
          > Host: app.example
          > X-Forwarded-For: 10.0.0.9, 10.0.1.1
          > Connection: Upgrade
          > Upgrade: websocket
          > Sec-WebSocket-Version: 13
          > Sec-WebSocket-Key: cmVzdGFydGVkLXRoaXJkLg==
          >
third-app < HTTP/1.1 101 Switching Protocols
          < Upgrade: websocket
          < Connection: Upgrade
          < Sec-WebSocket-Accept: *
          <
third < HTTP/1.1 101 Switching Protocols
      < Upgrade: websocket
      < Connection: Upgrade
      < Sec-WebSocket-Accept: *
      <
third-app <~ text welcome
third <~ text welcome
wait 10s
first: server closes
first-app: client closes
second: server closes
second-app: client closes
third: server closes
third-app: client closes
