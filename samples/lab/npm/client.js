// A client of socket.io, or of ws where VERSION is ws-N: node client.js VERSION
// URL TRANSPORTS. It says hello once, and ends when it has heard it back, or when it cannot connect. The
// last line tells what came of it: "websocket", "polling", or "failed: WHY".
'use strict';
var version = process.argv[2], url = process.argv[3], transports = (process.argv[4] || '').split(',');
var plain = /^ws-/.test(version); // the ws library itself
var lib = require(plain ? version : 'socket.io-client-' + version);
var done = false;

function end(what, socket) {
  if (done) { return; }
  done = true;
  console.log(what);
  if (socket) { plain ? socket.close() : socket.disconnect(); }
  // what was sent must leave first
  setTimeout(function () { process.exit(0); }, 200);
}

setTimeout(function () { end('failed: nothing happened for 15 s'); }, 15000);

if (plain) {
  var ws = new lib(url);
  ws.on('open', function () { ws.send('hello'); });
  ws.on('message', function () { end('websocket', ws); });
  ['error', 'close'].forEach(function (name) {
    ws.on(name, function (e) { end('failed: ' + name + ' ' + (e && e.message || e)); });
  });
} else if (version === '0.9') {
  var s = lib.connect(url, { transports: transports, reconnect: false, 'force new connection': true, 'try multiple transports': true });
  s.on('connect', function () { s.emit('say', 'hello'); });
  s.on('heard', function () { end(s.socket.transport.name === 'websocket' ? 'websocket' : 'polling', s); });
  ['error', 'connect_failed', 'disconnect'].forEach(function (name) {
    s.on(name, function (e) { end('failed: ' + name + ' ' + (e && (e.description || e.message) || e)); });
  });
} else {
  var socket = (lib.io || lib)(url, { transports: transports, reconnection: false, forceNew: true });
  socket.on('connect', function () {
    // The upgrade comes after the connection: give it time, then speak.
    var engine = socket.io.engine;
    if (engine.transport.name === 'websocket') { return socket.emit('say', 'hello'); }
    var said = false;
    var speak = function () { if (!said) { said = true; socket.emit('say', 'hello'); } };
    engine.on('upgrade', speak);
    engine.on('upgradeError', speak);
    setTimeout(speak, 1500); // it may have come before
  });
  socket.on('heard', function () { end(socket.io.engine.transport.name, socket); });
  ['connect_error', 'error', 'disconnect'].forEach(function (name) {
    socket.on(name, function (e) { end('failed: ' + name + ' ' + (e && e.message || e)); });
  });
}
