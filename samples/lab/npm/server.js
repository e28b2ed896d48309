// The application: node server.js KIND PORT. Written for Node 0.10 and later.
// It says "ready" once it listens.
'use strict';
var http = require('http');

var kind = process.argv[2], port = Number(process.argv[3]);

// page serves something to load, and a page that speaks socket.io 0.9.
function page(req, res) {
  res.writeHead(200, { 'Content-Type': 'text/html' });
  if (req.url === '/chat') {
    res.end('<title>chat</title><script src="/socket.io/socket.io.js"></script>' +
      '<script>var s = io.connect(location.origin); s.on("connect", function () {' +
      ' document.title = s.socket.transport.name; s.emit("say", "hello"); });</script>');
    return;
  }
  res.end('<title>' + req.url + '</title><p>An ordinary page.\n');
}

// ready is called on listening.
function ready() { console.log('ready'); }

// answer echoes what socket.io clients say, in every version.
function answer(sockets) {
  sockets.on('connection', function (socket) {
    socket.on('say', function (text) { socket.emit('heard', text); });
  });
}

var kinds = {
  'sails': function () {
    require('sails').lift({
      appPath: __dirname, port: port, log: { level: 'error' }, hooks: { grunt: false, i18n: false },
      session: { secret: 'lab' }, models: { migrate: 'safe' },
      routes: { '/first': page, '/after': page, '/chat': page },
      sockets: { 'log level': 0, onConnect: function (session, socket) {
        socket.on('say', function (text) { socket.emit('heard', text); });
      } }
    }, function (err) {
      if (err) { throw err; }
      ready();
    });
  },
  'socket.io-0.9': function () {
    var server = http.createServer(page);
    answer(require('socket.io-0.9').listen(server, { 'log level': 0 }).sockets);
    server.listen(port, ready);
  },
  'ws-8': function () { wsServer('ws-8', 'WebSocketServer'); },
  'ws-7': function () { wsServer('ws-7', 'Server'); },
  'ws-1': function () { wsServer('ws-1', 'Server'); },
  // alone: the library makes the HTTP server itself
  'ws-8-alone': function () {
    var wss = new (require('ws-8').WebSocketServer)({ port: port }, ready);
    wss.on('connection', echo);
  },
  'faye': function () {
    var WebSocket = require('faye-websocket');
    var server = http.createServer(page);
    server.on('upgrade', function (req, socket, body) {
      var ws = new WebSocket(req, socket, body);
      ws.on('message', function (e) { ws.send(e.data); });
    });
    server.listen(port, ready);
  },
  'sockjs': function () {
    var server = http.createServer(page);
    var s = require('sockjs').createServer({ log: function () {} });
    s.on('connection', function (c) { c.on('data', function (m) { c.write(m); }); });
    s.installHandlers(server, { prefix: '/echo' });
    server.listen(port, ready);
  },
  // Node alone, which knows nothing of upgrades.
  'plain': function () { http.createServer(page).listen(port, ready); }
};
['1', '2', '4'].forEach(function (v) {
  kinds['socket.io-' + v] = function () {
    var server = http.createServer(page);
    var lib = require('socket.io-' + v);
    answer((lib.Server ? new lib.Server(server) : lib(server)));
    server.listen(port, ready);
  };
});

function echo(ws) { ws.on('message', function (m) { ws.send(m); }); }

function wsServer(module, name) {
  var server = http.createServer(page);
  new (require(module)[name])({ server: server }).on('connection', echo);
  server.listen(port, ready);
}

process.on('uncaughtException', function (e) { console.error(e.stack); });
kinds[kind]();
