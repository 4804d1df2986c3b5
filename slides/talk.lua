-- SPDX-License-Identifier: GPL-2.0-only
--
-- Makes a talk of the slides: the speaker from metadata.yaml in place of
-- "::: about", pictures/NAME in the format that the output takes, and for each slide
--
--   ::: {.notes minutes=1.5 from=45}
--
-- what to say, to show and to beware of, with the time on the clock. With from=45 the
-- slide is only in talks that have 45 minutes or more (metadata.yaml), and in those
-- it is what to skip when late. The slides take seven of eight minutes at most: the
-- rest is for questions, and for what takes longer than planned. Before the first
-- slide stand the notes of the title, and
--
--   ::: checklist
--
-- what to do before the clock runs. A part begins with a divider: what is new in it of
-- the kernel's API is from the table in ../README.md.
--
--   ::: {.exercise part=3}
--
-- is that of part3/README.md, and its labs. Names of the kernel's functions, written `name()`, and
-- commits of 12 digits link to its source.
--
-- With "lang: de" in metadata.yaml the titles, paragraphs and items that po/de.po
-- translates are in German; those that it does not are as they are. Its msgids are
-- their markdown in one line; with POT set in the environment they are printed.
--
-- What is not there, and a sum that is too large, end the build.

local html = FORMAT:match('html')
local stringify = pandoc.utils.stringify
local slide, clock = 'the title', 0

local function stop(...)
  io.stderr:write(string.format(...), '\n')
  os.exit(1)
end

local function fail(...)
  stop('slides.md, slide "%s": %s', slide, string.format(...))
end

local function exists(name)
  local file = io.open(name)
  return file and file:close() and true
end

local function read(name)
  local file = io.open('../' .. name) or fail('there is no %s', name)
  local text = file:read('a')
  file:close()
  return text
end

local function latex(blocks)
  return pandoc.write(pandoc.Pandoc(blocks), 'latex')
end

-- pdflatex has the letters of Europe's Latin alphabets, and no others. xelatex would have
-- them, with 70 MB more to install and more time than the 15 s that a build may take.
local function check_letters(where, text)
  for _, code in utf8.codes(text) do
    if code > 0x17f and not (code >= 0x218 and code <= 0x21b or code >= 0x2010 and code <= 0x2026 or code == 0x20ac) then
      stop('%s: "%s" (U+%04X) is in no font of the PDFs: write it in Latin letters. ' ..
        'make -C slides slides.html makes the page, which takes all letters.', where, utf8.char(code), code)
    end
  end
end

local function check_metadata(meta)
  for _, key in ipairs { 'title', 'author', 'lang', 'minutes', 'about' } do
    if not meta[key] or stringify(meta[key]) == '' then
      stop('metadata.yaml: there is no "%s"', key)
    end
  end
  if not tonumber(stringify(meta.minutes)) then
    stop('metadata.yaml: "minutes" is no number: %s', stringify(meta.minutes))
  end
  for key, value in pairs(html and {} or meta) do
    check_letters('metadata.yaml, ' .. key, stringify(value))
  end
end

-- The translations of a gettext catalog, without those that are marked as fuzzy.
local function catalog(name)
  local file, found, entry, key = io.open(name), {}, {}, nil
  for line in (file and file:read('a') .. '\n\n' or ''):gmatch('(.-)\n') do
    if line == '' then
      if not entry.fuzzy and entry.msgid and (entry.msgstr or '') ~= '' then
        found[entry.msgid] = entry.msgstr
      end
      entry = {}
    end
    entry.fuzzy = entry.fuzzy or line:match('^#,.*fuzzy')
    key = line:match('^(msg%a+)') or key
    local text = line:match('"(.*)"$')
    if text and not line:match('^#') then
      entry[key] = (entry[key] or '') .. text:gsub('\\(.)', { n = '\n', ['"'] = '"', ['\\'] = '\\' })
    end
  end
  return found
end

local function translated(doc)
  local pot, known = os.getenv('POT'), catalog('po/' .. stringify(doc.meta.lang):match('^%a*') .. '.po')
  local function translate(block)
    local id = pandoc.write(pandoc.Pandoc(pandoc.Plain(block.content)), 'markdown'):gsub('%s+', ' '):gsub(' $', '')
    if pot and id:match('%a') then
      print(string.format('msgid "%s"\nmsgstr ""\n', (id:gsub('[\\"]', '\\%0'))))
    end
    if known[id] then
      block.content = pandoc.utils.blocks_to_inlines(pandoc.read(known[id], 'markdown-implicit_figures').blocks)
      return block
    end
  end
  if pot then
    print('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n')
  end
  return doc:walk { Header = translate, Para = translate, Plain = translate }
end

-- { header, before, slides = { { header, blocks, notes, minutes, from } } }, and first
-- what stands before them.
local function parse(blocks)
  local sections, current = pandoc.List(), { title = true, blocks = pandoc.List() }
  local title = current
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and block.level == 1 then
      sections:insert { header = block, slides = pandoc.List() }
    elseif block.t == 'Header' and block.level == 2 then
      current = { header = block, blocks = pandoc.List() }
      if #sections == 0 then
        sections:insert { slides = pandoc.List() }
      end
      sections[#sections].slides:insert(current)
    elseif block.t == 'Div' and block.classes:includes('checklist') then
      title.checklist = block.content
    elseif block.t == 'Div' and block.classes:includes('notes') then
      slide = current.header and stringify(current.header) or 'the title'
      if current.notes then
        fail('it has notes twice')
      end
      current.minutes = tonumber(block.attributes.minutes) or fail('its notes have no minutes=')
      current.from = tonumber(block.attributes.from or 0) or fail('from= is no number')
      if #block.content == 0 then
        fail('its notes are empty')
      end
      block:walk {
        CodeBlock = function() fail('a block of code in the notes; LaTeX cannot take it') end,
      }
      current.notes = block
    elseif block.t ~= 'Null' then
      current.blocks:insert(block)
    end
  end
  local function check(it)
    slide = it.header and stringify(it.header) or 'the title'
    if not it.notes then
      fail('it has no notes')
    end
  end
  check(title)
  for _, section in ipairs(sections) do
    section.slides:map(check)
  end
  return title, sections
end

local function part_of(section)
  return section.header and stringify(section.header):match('^%a+ (%d):')
end

-- What is in a talk of so many minutes. A part that is not there, as in a checkout of
-- an early step, has no slides.
local function chosen(title, sections, slot)
  local sum, most = title.minutes, slot * 7 / 8
  sections = sections:filter(function(section)
    local part = part_of(section)
    section.slides = section.slides:filter(function(it) return it.from <= slot end)
    return #section.slides > 0 and (not part or exists('../part' .. part .. '/password.c'))
  end)
  for _, section in ipairs(sections) do
    for _, it in ipairs(section.slides) do
      sum = sum + it.minutes
    end
  end
  if sum > most then
    stop('slides.md: the slides take %g minutes; of a talk of %g (metadata.yaml) they may take %g, for there ' ..
      'are questions, too. Mark more of what it can do without with from=%g in the notes, or take less ' ..
      'time for a slide.', sum, slot, most, slot + 1)
  end
  return sections, sum
end

local function time(minutes)
  return string.format('%d:%02d', minutes // 1, minutes % 1 * 60 // 1)
end

local function span(minutes)
  return string.format('%g min, %s to %s', minutes, time(clock), time(clock + minutes))
end

-- Takes the time that the slide takes.
local function notes(it)
  local when = span(it.minutes) .. (it.from > 0 and '. Late? Skip it.' or '')
  clock = clock + it.minutes
  if html then
    local blocks = pandoc.List { pandoc.RawBlock('html',
      '<details class="notes"><summary>For the speaker (' .. when .. ')</summary>') }
    blocks:extend(it.notes.content)
    blocks:insert(pandoc.RawBlock('html', '</details>'))
    return blocks
  end
  it.notes.content:insert(1, pandoc.RawBlock('latex', '\\clock{' .. when .. '}'))
  return { it.notes }
end

-- The less there is on a slide, the larger: text alone, or one block of code alone.
local function sized(blocks)
  local text = true
  for _, block in ipairs(blocks) do
    text = text and block.t ~= 'CodeBlock' and block.t ~= 'Table' and
      not (block.t == 'Para' and block.content[1].t == 'Image')
  end
  if text then
    blocks:insert(1, pandoc.RawBlock('latex', '\\large'))
  elseif #blocks == 1 and blocks[1].t == 'CodeBlock' then
    blocks[1].classes:insert('alone')
  end
  return blocks
end

local function picture(image)
  local alt = stringify(image.caption)
  if alt == '' then
    fail('%s says nothing to who cannot see it', image.src)
  end
  if not exists(image.src .. '.tex') then
    fail('there is no slides/%s.tex', image.src)
  end
  if html then
    image.src = image.src .. '.svg'
    return image
  end
  return pandoc.RawInline('latex', '\\picture{' .. image.src .. '.pdf}')
end

local function ident(code, name)
  return pandoc.Link(code, 'https://elixir.bootlin.com/linux/latest/A/ident/' .. name), false
end

local function linked(code)
  if code.text:match('^{%.') then
    fail('the attributes of a block of code cannot be read: %s', code.text:match('[^\n]*'))
  end
  local name = code.text:match('^([%a_][%w_]*)%(%)$')
  local commit = code.text:match('^%x+$') and #code.text == 12
  if commit then
    return pandoc.Link(code, 'https://git.kernel.org/linus/' .. code.text), false
  elseif name and not name:match('^password') then
    return ident(code, name)
  end
end

local function exercise(part)
  local text = read('part' .. part .. '/README.md') .. '\n## '
  local found = text:match('\n## Exercises?\n(.-)\n## ') or fail('part%s/README.md has no exercise', part)
  return pandoc.read(found .. '\n\n' .. (text:match('\n## Labs\n(.-)\n## ') or ''), 'markdown').blocks
end

local function about(meta)
  local blocks = pandoc.List(meta.about)
  if meta.repository and not html then
    return { pandoc.RawBlock('latex', '\\withqr{' .. latex(blocks) .. '}{' .. stringify(meta.repository) .. '}') }
  end
  return blocks
end

-- The slide's blocks without its notes.
local function filled(it, meta)
  return pandoc.Div(sized(it.blocks)):walk {
    Para = function(para) -- a narrow page scrolls it
      if html and #para.content == 1 and para.content[1].t == 'Image' then
        return pandoc.Div(pandoc.Plain(para.content), { class = 'picture', tabindex = '0' })
      end
    end,
    Image = picture,
    Code = linked,
    Link = function(link) return link, false end,
    traverse = 'topdown',
    Div = function(div)
      if div.classes:includes('about') then
        return about(meta)
      elseif div.classes:includes('exercise') then
        return exercise(div.attributes.part)
      end
    end,
  }.content
end

-- What is new in a part, of the table in the README.
local function row(part)
  local new = read('README.md'):match('\n| %[' .. part .. '%]%b() | [^|]- | ([^|]-) |') or
    fail('the table in README.md has no part %s', part)
  return pandoc.Div(pandoc.read('New: ' .. new, 'markdown').blocks):walk {
    Code = function(code) return ident(code, code.text:match('[%w_]*$')) end,
  }.content
end

local function divider(section, number)
  local part, minutes, skip = part_of(section), 0, pandoc.List()
  slide = stringify(section.header)
  for _, it in ipairs(section.slides) do
    minutes = minutes + it.minutes
    if it.from > 0 then
      skip:insert(stringify(it.header))
    end
  end
  local new = row(part)
  if html then
    return new
  end
  local note = { pandoc.RawBlock('latex', '\\clock{' .. span(minutes) .. '}'),
    #skip > 0 and pandoc.Para('Late? Skip: ' .. table.concat(skip, '; ') .. '.') or pandoc.Null() }
  return string.format('\\expandafter\\def\\csname divider%d\\endcsname{\\divider{%s}{%s}{%s}{%s}}\n',
    number, part, latex(pandoc.Plain((slide:match(': (.*)'):gsub('^%l', string.upper)))), latex(new), latex(note))
end

function Pandoc(doc)
  check_metadata(doc.meta)
  doc = translated(doc)
  local meta = doc.meta
  local title, sections = parse(doc.blocks)
  local sum
  sections, sum = chosen(title, sections, tonumber(stringify(meta.minutes)))
  local blocks, preamble = pandoc.List(), ''

  if html then
    if title.checklist then
      blocks:insert(pandoc.RawBlock('html', '<details class="notes"><summary>For the speaker, before the talk</summary>'))
      blocks:extend(title.checklist)
      blocks:insert(pandoc.RawBlock('html', '</details>'))
    end
    blocks:extend(notes(title))
  else
    preamble = '\\newcommand{\\titlenote}{' .. latex(notes(title)[1].content) .. '}\n' ..
      '\\newcommand{\\checklist}{' .. latex(title.checklist or {}) .. '}\n' ..
      string.format('\\newcommand{\\minutes}{%d}\n', math.ceil(sum))
  end
  for number, section in ipairs(sections) do
    if section.header then
      blocks:insert(section.header)
    end
    if part_of(section) then
      local it = divider(section, number)
      if html then blocks:extend(it) else preamble = preamble .. it end
    end
    for _, it in ipairs(section.slides) do
      slide = stringify(it.header)
      blocks:insert(it.header)
      -- Names the slide in LaTeX's log, before what LaTeX says of it.
      blocks:insert(pandoc.RawBlock('latex', '\\typeout{Slide: \\detokenize{' .. slide .. '}}'))
      blocks:extend(filled(it, meta))
      blocks:extend(notes(it))
    end
  end
  doc.blocks = blocks
  if html then -- below the title, which is the one and only <h1>
    doc = doc:walk { Header = function(block) block.level = block.level + 1 return block end }
  else
    -- Without it there is no babel, which has of most languages nothing in Debian's small TeX.
    if not stringify(meta.lang):match('^en') then
      meta.lang = nil
    end
    meta['header-includes'] = pandoc.MetaBlocks { pandoc.RawBlock('latex', preamble .. '\\input{look}') }
  end
  return doc
end
