#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// My tokens: prints each change of your tokens as it happens, and executes commands from stdin:
// generate NAME, revoke ID, restore ID, delete ID.
'use strict';

const fs = require('fs');
const readline = require('readline');
const { Message, MessageType, systemBus } = require('dbus-next');

const NAME = 'org.patd.Tokens1';
const ROOT = '/org/patd/Tokens1';
const MANAGER = 'org.patd.Tokens1.Manager';
const TOKEN = 'org.patd.Tokens1.Token';
const OBJECT_MANAGER = 'org.freedesktop.DBus.ObjectManager';
const BUS = 'org.freedesktop.DBus';
const ALLOW_INTERACTIVE_AUTHORIZATION = 4; // a flag of D-Bus that dbus-next has no name for

// The message for each error, by its name; for all others, the message of patd.
const ERRORS = {
    'org.patd.Tokens1.Error.NameTaken': 'you have a token of that name',
    'org.patd.Tokens1.Error.NotFound': 'you have no such token',
    'org.patd.Tokens1.Error.NotRevoked': 'revoke it first',
    'org.patd.Tokens1.Error.Expired': 'it has expired; generate another one',
    'org.freedesktop.DBus.Error.AccessDenied': 'that is not allowed',
    'org.freedesktop.DBus.Error.ServiceUnknown': 'patd is not there',
    'org.freedesktop.DBus.Error.NoReply': 'patd ended meanwhile: see whether it is done',
};

// One connection receives signals, another makes calls, one at a time: dbus-next gives a descriptor
// to the message that it reads next, whichever that is.  Without negotiateUnixFd the reply with the
// secret would never arrive.
const follower = systemBus();
const caller = systemBus({ negotiateUnixFd: true });
const tokens = new Map(); // properties, by path
let owner = ''; // patd's unique name; empty: it is not there

// A proxy of dbus-next cannot allow a dialog, a message can.
async function call(bus, destination, path, iface, member, signature = '', ...body) {
    const flags = ALLOW_INTERACTIVE_AUTHORIZATION;
    const reply = await bus.call(
        new Message({ destination, path, interface: iface, member, signature, body, flags }),
    );
    return reply.body;
}

function plain(properties) {
    return Object.fromEntries(Object.entries(properties).map(([key, { value }]) => [key, value]));
}

function sayState({ State, Id, Name }) {
    console.log(State, Id, Name);
}

function sayError({ type, text, message }) {
    console.log('error:', ERRORS[type] ?? text ?? message);
}

// --- changes of tokens --------------------------------------------------------------------------
const signals = {
    InterfacesAdded([path, interfaces]) {
        tokens.set(path, plain(interfaces[TOKEN]));
        sayState(tokens.get(path));
    },
    InterfacesRemoved([path]) {
        const { Id, Name } = tokens.get(path) ?? {};
        if (tokens.delete(path)) console.log('deleted', Id, Name);
    },
    PropertiesChanged([, properties], path) {
        const token = tokens.get(path);
        if (!token) return; // is yet to be listed
        Object.assign(token, plain(properties));
        if ('State' in properties) sayState(token);
        if ('LastUsedAt' in properties) {
            const { Id, Name, LastUsedAt, LastUsedService } = token;
            console.log(`used ${Id} ${Name} at ${LastUsedAt} through ${LastUsedService}`);
        }
    },
};

// Subscribes, and again after each restart of patd.
async function setOwner(name) {
    owner = name;
    tokens.clear();
    if (!owner) {
        console.log('patd is not there');
        return;
    }
    const [objects] = await call(follower, owner, ROOT, OBJECT_MANAGER, 'GetManagedObjects');
    for (const [path, interfaces] of Object.entries(objects)) {
        tokens.set(path, plain(interfaces[TOKEN]));
    }
    console.log('tokens:', tokens.size);
    tokens.forEach(sayState);
}

function onSignal({ sender, path, member, body }) {
    if (sender === BUS && member === 'NameOwnerChanged' && body[0] === NAME) {
        setOwner(body[2]).catch(sayError);
    } else if (sender === owner) {
        // Any program can send signals; only patd can send them as the owner of its name.
        signals[member]?.(body, path);
    }
}

// --- commands -----------------------------------------------------------------------------------
// Prints the secret once, and wipes it: a buffer can be wiped, a string cannot.
function showSecret(fd) {
    const secret = Buffer.alloc(fs.fstatSync(fd).size);
    fs.readSync(fd, secret, 0, secret.length, 0);
    fs.closeSync(fd);
    fs.writevSync(1, [Buffer.from('secret '), secret, Buffer.from('\n')]);
    secret.fill(0);
}

async function obey(line) {
    const [, verb, what] = line.match(/^(\S*) ?(.*)$/);
    if (verb === 'generate') {
        const [, fd] = await call(caller, NAME, ROOT, MANAGER, 'Generate', 'sa{sv}', what, {});
        showSecret(fd);
    } else if (['revoke', 'restore', 'delete'].includes(verb)) {
        const method = verb[0].toUpperCase() + verb.slice(1);
        await call(caller, NAME, `${ROOT}/token/${what}`, TOKEN, method, 'a{sv}', {});
    }
}

async function main() {
    const callBus = (bus, ...args) => call(bus, BUS, '/org/freedesktop/DBus', BUS, ...args);

    follower.on('message', (message) => {
        // After the handlers of the replies that came before the signal.
        if (message.type === MessageType.SIGNAL) setImmediate(onSignal, message);
    });
    const rule = `sender='${BUS}',member='NameOwnerChanged',arg0='${NAME}'`;
    await callBus(follower, 'AddMatch', 's', rule);
    await callBus(caller, 'StartServiceByName', 'su', NAME, 0).catch(() => {});
    const [name] = await callBus(follower, 'GetNameOwner', 's', NAME).catch(() => ['']);
    if (!owner) await setOwner(name);

    const lines = readline.createInterface({ input: process.stdin });
    let done = Promise.resolve();
    lines.on('line', (line) => {
        done = done.then(() => obey(line)).catch(sayError);
    });
    lines.on('close', () => {
        follower.disconnect();
        caller.disconnect();
    });
}

main();
