// Checks a running group in RabbitMQ's management UI and takes the pictures: node take.mjs FOLDER-OF-THE-GROUP FOLDER-FOR-PICTURES
// The group is that of demo.sh, with web1, web2 and web3. F2BBROKER_API is the management API's URL with the operator's login. Each test
// checks one page. take.sh runs it.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const [group, pictures] = process.argv.slice(2);
const { host, username, password } = new URL(process.env.F2BBROKER_API);
const servers = ['web1', 'web2', 'web3'];
const backlog = ['198.51.100.21', '198.51.100.22', '2001:db8::23'];
const bannedByHand = '203.0.113.99';

let browser;
let page;

before(async () => {
    browser = await chromium.launch({
        executablePath: '/usr/bin/chromium',
        args: [
            '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
            '--disable-component-update', '--disable-sync',
        ],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, deviceScaleFactor: 1.2 });
    page.setDefaultTimeout(30_000);
    await page.goto(`http://${host}/`);
    await page.fill('input[name=username]', username);
    await page.fill('input[name=password]', password);
    await page.click('input[type=submit]');
    await page.waitForSelector('#logout');
});

after(() => browser?.close());

test('Connections shows each daemon by its name', async () => {
    await open('connections', 'Connections');
    for (const server of servers) {
        for (const program of ['f2bbroker-consumer', 'f2bbroker-producer']) {
            const row = rowWith(new RegExp(`${program} ${server} \\d+\\.\\d+\\.\\d+\\s*$`, 'm'));
            await row.waitFor();
            assert.equal(await cell(row, 'User name'), server);
            assert.equal(await cell(row, 'State'), 'running');
        }
    }
    await take('connections');
});

test('Queues shows the backlog of an offline server, the refused messages, and the stream', async () => {
    await publish({ ip: '203.0.113.50', jail: 'manual', server: 'web1', detectedAt: new Date().toISOString() }, username);
    const refused = async () => Promise.all(servers.map((server) => ready(`f2b.bans.${server}_error`)));
    await until(async () => (await refused()).every((count) => count === 1), 'all three servers refuse the message');
    await stopConsumerOf('web3');
    ban('web1', backlog);
    await until(async () => await ready('f2b.bans.web3') === backlog.length, 'the bans wait for web3');

    await open('queues', 'Queues');
    await until(async () => await cell(queueRow('f2b.bans.web3'), 'Ready') === `${backlog.length}`, 'the page shows the backlog of web3');
    for (const server of servers) {
        assert.equal(await cell(queueRow(`f2b.bans.${server}`), 'Ready'), server === 'web3' ? `${backlog.length}` : '0');
        assert.equal(await cell(queueRow(`f2b.bans.${server}_error`), 'Ready'), '1');
    }
    assert.equal(await cell(queueRow('f2b.history'), 'Type'), 'stream');
    assert.ok(Number(await cell(queueRow('f2b.history'), 'Total')) > backlog.length, 'the stream has fewer messages than were published');
    await take('queues');
});

test('A refused message is shown with its body, its sender and the reason', async () => {
    await open('queues/f2b/f2b.bans.web2_error', 'Queue f2b.bans.web2_error');
    await toggle('Overview');
    await toggle('Get messages');
    await page.click('input[value="Get Message(s)"]');
    const message = page.locator('#msg-wrapper');
    await message.getByText('f2b-reason').waitFor();
    const shown = await message.innerText();
    await page.waitForFunction(() => document.querySelector('#msg-wrapper').style.overflow === ''); // The end of the animation.
    assert.match(shown, /f2b-origin:\s*operator/);
    assert.match(shown, /f2b-reason:\s*server 'web1' is not the sender 'operator'/);
    assert.match(shown, /"ip":"203\.0\.113\.50","jail":"manual","server":"web1"/);
    await take('error-queue');
    assert.equal(await ready('f2b.bans.web2_error'), 1, 'reading the message removed it');
});

test('A ban that is published by hand is written and banned by the servers', async () => {
    await open('exchanges/f2b/f2b.bans', 'Exchange: f2b.bans');
    await toggle('Overview');
    await toggle('Publish message');
    await page.fill('#props_1_mfkey', 'user_id');
    await page.fill('#props_1_mfvalue', username);
    const at = `${new Date().toISOString().slice(0, 19)}Z`;
    await page.fill('textarea[name=payload]', `{"ip":"${bannedByHand}","jail":"manual",\n "server":"${username}","detectedAt":"${at}"}`);
    await take('publish');
    await page.click('input[value="Publish message"]');
    await page.getByText('Message published.').waitFor();
    for (const server of ['web1', 'web2']) {
        const line = `Ban ${bannedByHand} jail=manual server=${username} detected=${at.replace('Z', '.000Z')}\n`;
        await until(() => readFileSync(`${group}/${server}/bans.log`, 'utf8').includes(line), `${server} has written ${line}`);
        await until(() => readFileSync(`${group}/${server}/banned`, 'utf8').includes(`${bannedByHand}\n`),
            `fail2ban on ${server} has banned it`);
    }
});

async function open(path, heading) {
    await page.goto(`http://${host}/#/${path}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

/** Opens or closes a section of the page. */
const toggle = (heading) => page.getByRole('heading', { level: 2, name: heading }).click();

const rowWith = (text) => page.locator('table.list tbody tr').filter({ hasText: text });

const queueRow = (name) => page.locator('table.list tbody tr').filter({ has: page.getByRole('link', { name, exact: true }) });

/** Returns the text of a row in the column with that heading. */
async function cell(row, column) {
    const headings = await page.locator('table.list thead tr').last().locator('th').allInnerTexts();
    return (await row.locator('td').nth(headings.indexOf(column)).innerText()).trim();
}

async function take(name) {
    assert.ok(!(await page.content()).includes(password), 'the page shows the password');
    const { y, height } = await page.locator('#footer').boundingBox();
    await page.screenshot({ path: `${pictures}/${name}.png`, clip: { x: 0, y: 0, width: 1280, height: Math.ceil(y + height) } });
}

async function api(path, content) {
    const answer = await fetch(`http://${host}/api/${path}`, {
        method: content ? 'POST' : 'GET',
        headers: { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
        body: content && JSON.stringify(content),
    });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
}

const publish = (ban, user) => api('exchanges/f2b/f2b.bans/publish', {
    routing_key: '', properties: { user_id: user, delivery_mode: 2 }, payload: JSON.stringify(ban), payload_encoding: 'string',
});

const ready = async (queue) => (await api(`queues/f2b/${queue}`)).messages_ready;

function ban(server, addresses) {
    const socket = ['-c', `${group}/${server}/etc`, '-s', `${group}/${server}/socket`];
    execFileSync('fail2ban-client', [...socket, 'set', 'sshd', 'banip', ...addresses]);
}

async function stopConsumerOf(server) {
    const file = `${group}/${server}/consumer.pid`;
    process.kill(Number(readFileSync(file, 'utf8')));
    rmSync(file);
    await until(async () => (await api(`queues/f2b/f2b.bans.${server}`)).consumers === 0, `the consumer of ${server} is disconnected`);
}

async function until(condition, what) {
    for (const end = Date.now() + 60_000; !await condition(); await pause(200)) {
        assert.ok(Date.now() < end, `Not within a minute: ${what}`);
    }
}
