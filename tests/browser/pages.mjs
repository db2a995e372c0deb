// The pages of a site as a person meets them: with a mouse, with keys alone, without JavaScript, on a telephone, with a screen reader's rules (axe-core).
// Argument: {"base", "record", "title"} as JSON. One line a test; the last line is "browser: N passed, M failed".
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'

const modules = process.env.NODE_MODULES
const require = createRequire(join(modules, 'x.js'))
const { chromium } = require('playwright-core')
const axe = readFileSync(join(modules, 'axe-core', 'axe.min.js'), 'utf8')
const given = JSON.parse(process.argv[2])
const shots = process.env.SHOTS // a directory: a picture of each page goes there

const places = ['/', '/records', '/thesaurus', '/conflicts', '/sites', '/ledger', '/report']
const languages = ['fr', 'en']

let passed = 0
let failed = 0
const complaints = []

function check(condition, what) {
  if (!condition) throw new Error(what)
}

async function test(name, body) {
  const began = Date.now()
  try {
    await body()
    passed++
    console.log(`  ok      ${((Date.now() - began) / 1000).toFixed(1)} s  ${name}`)
  } catch (e) {
    failed++
    console.log(`  FAILED  ${((Date.now() - began) / 1000).toFixed(1)} s  ${name}\n    ${String(e.message).split('\n').slice(0, 12).join('\n    ')}`)
  }
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })

// A page of its own, whose complaints (scripts or styles refused, errors) are kept.
async function visit(options, body) {
  const context = await browser.newContext({ locale: 'fr-FR', baseURL: given.base, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(10000)
  page.on('console', (m) => { if (m.type() === 'error') complaints.push(`${page.url()}: ${m.text()}`) })
  page.on('pageerror', (e) => complaints.push(`${page.url()}: ${e.message}`))
  try {
    return await body(page)
  } finally {
    await context.close()
  }
}

const heading = async (page) => (await page.locator('main h1').first().innerText()).trim()
const language = (page) => page.locator('html').getAttribute('lang')
const words = given.title.split(/[^\p{L}]+/u).filter((w) => w.length > 4).slice(0, 2).join(' ')

async function findTheRecord(page) {
  await page.goto('/')
  await page.locator('header input[name=q]').fill(words)
  await page.locator('header input[name=q]').press('Enter')
  await page.waitForURL(/\/records\?/)
  await page.locator('main').getByRole('link', { name: given.title }).first().click()
  await page.waitForURL(/\/records\/[a-z2-7]/)
}

// The pages that lists lead to, found as a reader finds them.
async function allPages(page) {
  const found = [...places]
  for (const [from, pattern] of [['/records', /^\/records\/[a-z2-7]+/], ['/thesaurus', /^\/concepts\/[a-z2-7]+/], ['/conflicts', /^\/conflicts\/[a-z2-7]+/],
    ['/ledger', /^\/ledger\/\d+\/.+/]]) {
    await page.goto(from)
    const paths = await page.locator('main a').evaluateAll((links) => links.map((l) => new URL(l.href).pathname))
    const one = paths.find((p) => pattern.test(p))
    check(one, `${from} leads nowhere like ${pattern}`)
    found.push(one)
  }
  return [...found, `/records?q=${encodeURIComponent(words)}`, '/records/none-such']
}

await test('a record is found by its words', () => visit({}, async (page) => {
  await findTheRecord(page)
  check((await heading(page)) === given.title, `the heading is ${await heading(page)}`)
}))

await test('the language is switched, and stays on the pages that follow', () => visit({}, async (page) => {
  await findTheRecord(page)
  check((await language(page)) === 'fr', 'a French reader is given French')
  const before = new URL(page.url()).pathname
  await page.locator('header, footer').getByRole('link', { name: /english/i }).first().click()
  await page.waitForURL(/lang=en/)
  check(new URL(page.url()).pathname === before, 'it is the same page')
  check((await language(page)) === 'en', 'and it is English')
  await page.locator('header nav').getByRole('link', { name: 'Thesaurus', exact: true }).click()
  await page.waitForURL(/\/thesaurus/)
  check((await language(page)) === 'en', 'the next page is English as well')
}))

await test('a concept is followed from a record, and through its drawing on', () => visit({}, async (page) => {
  await findTheRecord(page)
  await page.locator('main a[href*="/concepts/"]').first().click()
  await page.waitForURL(/\/concepts\//)
  const first = await heading(page)
  const next = page.locator('main svg a').first()
  check(await next.count(), 'the neighbourhood is drawn, with links')
  const before = page.url()
  await next.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => String(url) !== before)
  check((await heading(page)) !== first, 'it leads to something else')
}))

await test('keys alone are enough', () => visit({}, async (page) => {
  await page.goto('/')
  await page.keyboard.press('Tab')
  const skip = await page.evaluate(() => document.activeElement.getAttribute('href'))
  check(skip && skip.startsWith('#'), `the first stop skips to what matters: ${skip}`)
  await page.keyboard.press('Enter')
  check((await page.evaluate(() => location.hash)) === skip, 'and goes there')
  await page.goto('/')
  let reached = false
  for (let i = 0; i < 40 && !reached; i++) {
    await page.keyboard.press('Tab')
    const seen = await page.evaluate(() => {
      const at = document.activeElement
      const style = getComputedStyle(at)
      return { q: at.name === 'q', shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none' }
    })
    check(seen.shown, `one sees where one is, at stop ${i + 1}`)
    reached = seen.q
  }
  check(reached, 'the search field is reached')
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/records\?/)
  let there = false
  for (let i = 0; i < 120 && !there; i++) {
    await page.keyboard.press('Tab')
    there = await page.evaluate((title) => document.activeElement.textContent.trim() === title, given.title)
  }
  check(there, 'the record is reached')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/records\/[a-z2-7]/)
  check((await heading(page)) === given.title, 'and opened')
}))

await test('without JavaScript all is there', () => visit({ javaScriptEnabled: false }, async (page) => {
  await findTheRecord(page)
  check((await heading(page)) === given.title, 'the record is shown')
  for (const path of places) {
    const answer = await page.goto(path)
    check(answer.status() === 200, `${path} answers ${answer.status()}`)
    check((await page.locator('main h1').count()) === 1, `${path} has one heading`)
    check((await page.locator('script, [style], [onclick]').count()) === 0, `${path} has no script and no style of its own`)
  }
}))

for (const lang of languages) {
  await test(`every page fits a screen of 360 pixels (${lang})`, () => visit({ viewport: { width: 360, height: 740 } }, async (page) => {
    for (const path of await allPages(page)) {
      await page.goto(path + (path.includes('?') ? '&' : '?') + `lang=${lang}`)
      const wide = await page.evaluate(() => document.scrollingElement.scrollWidth)
      check(wide <= 360, `${path} is ${wide} pixels wide`)
      if (shots) await page.screenshot({ path: join(shots, `narrow-${lang}-${path.replace(/[^a-z0-9]+/gi, '_').slice(0, 40)}.png`), fullPage: true })
    }
  }))
  await test(`axe-core has nothing serious to say (${lang})`, () => visit({ viewport: { width: 1200, height: 900 } }, async (page) => {
    const said = []
    for (const path of await allPages(page)) {
      await page.goto(path + (path.includes('?') ? '&' : '?') + `lang=${lang}`)
      check((await language(page)) === lang, `${path} is in ${lang}`)
      await page.evaluate(axe)
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
      for (const v of violations.filter((v) => ['serious', 'critical'].includes(v.impact))) said.push(`${path}: ${v.id}: ${v.nodes[0].html.slice(0, 160)}`)
      if (shots) await page.screenshot({ path: join(shots, `wide-${lang}-${path.replace(/[^a-z0-9]+/gi, '_').slice(0, 40)}.png`), fullPage: true })
    }
    check(!said.length, said.join('\n'))
  }))
}

await test('it reads in dark as well', () => visit({ colorScheme: 'dark' }, async (page) => {
  for (const path of await allPages(page)) {
    await page.goto(path)
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['color-contrast'] }))
    check(!violations.length, violations.map((v) => `${path}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' ')}`).join('\n'))
  }
}))

await test('no page stands in a frame of another', () => visit({}, async (page) => {
  const framing = `<main><h1>Another site</h1></main><iframe src="${given.base}/"></iframe><iframe src="/own"></iframe>`
  const other = createServer((asked, answer) => answer.setHeader('Content-Type', 'text/html').end(asked.url === '/' ? framing : '<main><h1>Framed</h1></main>'))
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve))
  try {
    await page.goto(`http://127.0.0.1:${other.address().port}/`) // until its frames have loaded
    const shown = []
    for (const f of page.frames()) shown.push(...await f.locator('main h1').allInnerTexts())
    check(shown.join() === 'Another site,Framed', `frames show ${shown}`)
  } finally {
    other.closeAllConnections()
    other.close()
  }
  const refused = complaints.filter((c) => /frame-ancestors/.test(c))
  check(refused.length === 1, `the browser refused the page: ${complaints}`)
  complaints.splice(complaints.indexOf(refused[0]), 1)
}))

await test('the browser found nothing to complain about', async () => {
  const real = complaints.filter((c) => !/none-such|status of 404/.test(c))
  check(!real.length, real.slice(0, 8).join('\n'))
})

await browser.close()
console.log(`browser: ${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
