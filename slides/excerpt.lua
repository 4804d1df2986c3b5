-- SPDX-License-Identifier: GPL-2.0-only
--
-- Fills in what slides.md only names, so that a slide cannot differ from the
-- code that is built and tested, nor from what it prints:
--
--   ```{.c file=part3/password.c function="password_fops password_read"}
--   ```
--
-- is the code of these functions, structs or objects, in this order; without
-- function= it is the whole file. from="TEXT" and to="TEXT" keep of that the lines
-- from the first with the one up to the next with the other.
--
--   ```{.patch diff=part4/password.c hunk="TEXT"}
--   ```
--
-- is the hunk with TEXT of what changed against part3/password.c, with from= and
-- to= as before; hunk="" is all of them.
--
--   ```{.transcript transcript=part3}
--   cat /dev/password
--   ```
--
-- is what was said of each command, the command and what it printed when it was
-- recorded, in this order. Of what it printed, from= and to= keep as much as above.
-- Whoever is root has the prompt "#": in transcripts/partN all commands are root's.
-- transcript=labs/owner is that of the lab, whose tests hold it to what is printed.
--
-- What does not exist, or does not fit on a slide, or is stale, ends the build.

-- What fits on a slide with the fonts of look.tex: size, columns, rows, and rows
-- where there is more on the slide than this block; size= sets it. A terminal has
-- borders. No size is below the last: from the last row nobody could read it.
local CODE = { { '12', 65, 14, 8 }, { '10.5', 74, 15, 14 } }
local TERMINAL = { { '12', 62, 13, 8 }, { '10.5', 71, 16, 14 } }
local slide, last_caption = '', nil

local function fail(...)
  io.stderr:write('slides.md, slide "', slide, '": ', string.format(...), '\n')
  os.exit(1)
end

local function read(name)
  local file = io.open(name) or fail('there is no %s', name:gsub('^%.%./', ''))
  local text = file:read('a')
  file:close()
  return text
end

local function output(command)
  local pipe = io.popen(command)
  local text = pipe:read('a')
  pipe:close()
  return text
end

-- In kernel style a definition begins at column 0 and ends with a "}" there, or
-- with a ";" if it has no braces: the source needs no marks for the slides. Above
-- it may stand its type or an #if, and its comment, which is left out.
local function definition(text, name)
  local first, mark, last = text:match('\n()%f[%a_][^\n]-%f[%w_]' .. name ..
    '%f[^%w_]%s*%f[%(%[={;][^;{]*([;{])()')
  if mark == '{' then
    last = text:match('\n}[^\n]*()', last)
  end
  local before = first and text:sub(1, first - 1)
  return last and (before:match('\n(#if[^\n]*\n)$') or before:match('\n(%a[^\n;]*\n)$') or '') ..
    text:sub(first, last - 1)
end

local function definitions(name, wanted)
  local text, found = '\n' .. read('../' .. name), {}
  for word in wanted:gmatch('%S+') do
    found[#found + 1] = definition(text, word) or fail('%s has no %s', name, word)
  end
  return found[1] and table.concat(found, '\n\n') or text:sub(2, -2)
end

local function part_before(name)
  return (name:gsub('%d', function(n) return string.format('%d', n - 1) end, 1))
end

local function hunk(name, wanted)
  local before = part_before(name)
  read('../' .. name)
  read('../' .. before)
  local text = output(string.format('diff ../%s ../%s -U3', before, name))
  for lines in (text .. '@@'):gmatch('@@ [^\n]*\n(.-)\n%f[@\0]') do
    if lines:find(wanted, 1, true) then
      return lines
    end
  end
  fail('the change from %s to %s has no hunk with "%s"', before, name, wanted)
end

local function lines_between(what, text, from, to)
  local first = text:find(from, 1, true)
  local last = first and (to and text:find(to, first, true) or not to and #text)
  if not last then
    fail('%s has nothing from "%s" to "%s"', what, from, to or '')
  end
  return text:sub(text:sub(1, first - 1):match('()[^\n]*$'), text:match('[^\n]*()', last) - 1)
end

-- What is left out of what a command printed is told by a line of its own.
local function shortened(name, printed, from, to)
  if not (from or to) then
    return printed
  end
  local first = printed:find(from or '', 1, true)
  local last = first and (to and select(2, printed:find(to, first, true)) or not to and #printed)
  if not last then
    fail('%s has nothing from "%s" to "%s"', name, from or '', to or '')
  end
  first = printed:sub(1, first - 1):match('()[^\n]*$')
  last = printed:match('[^\n]*()', last)
  return (first > 1 and '[...]\n' or '') .. printed:sub(first, last - 1) .. (last < #printed and '\n[...]' or '')
end

local function transcript(part, commands, from, to)
  local lab = part:match('^labs/')
  local name, found, at = lab and '../' .. part .. '/transcript' or 'transcripts/' .. part, {}, 1
  local text = (lab and '\n' or '') .. read(name) .. '\n\n# '
  if not lab and text:match('^made from (%x+)') ~= output('./record --sum ' .. part):match('%x+') then
    fail('%s is stale: the code or what shows it has changed since. Record it anew: make -C slides transcripts', name)
  end
  for command in commands:gmatch('[^\n]+') do
    local first = text:find('\n$ ' .. command .. '\n', at, true) or
      fail('%s has no command "%s"%s', name, command, at > 1 and ' after the one before' or '')
    -- Ends with a no-break space, by which transcript.xml knows it.
    local comment = (text:sub(1, first):match('\n# ([^\n]*)\n$') or ''):gsub('.$', '%0\u{a0}\n')
    at = text:find('\n\n# ', first, true)
    local printed = first + #command + 4
    found[#found + 1] = comment .. (lab and '$ ' or '# ') .. command ..
      (printed < at and '\n' .. shortened(name, text:sub(printed, at - 1), from, to) or '')
  end
  return table.concat(found, '\n\n')
end

local function untabbed(row)
  local tabs
  repeat
    row, tabs = row:gsub('^([^\t]*)\t', function(s) return s .. (' '):rep(8 - #s % 8) end)
  until tabs == 0
  return row
end

local function code(block)
  local at, text, what = block.attributes, block.text, 'the commands'
  if at.file then
    what = at.file .. (at['function'] and ', ' .. at['function']:gsub(' ', ', ') or '')
    text = definitions(at.file, at['function'] or '')
  elseif at.diff then
    what = 'diff -u ' .. part_before(at.diff) .. ' ' .. at.diff
    text = hunk(at.diff, at.hunk)
  elseif at.transcript then
    what = 'transcripts/' .. at.transcript
    text = transcript(at.transcript, text, at.from, at.to)
  end
  if not at.transcript and (at.from or at.to) then
    text = lines_between(what, text, at.from or '', at.to)
  end

  text = (text .. '\n'):gsub('(.-)\n', function(row) return untabbed(row) .. '\n' end)
  local indent = 80
  for spaces in text:gmatch('( *)[^ \n][^\n]*\n') do
    indent = math.min(indent, #spaces)
  end
  local html, fits = FORMAT:match('html'), at.transcript and TERMINAL or CODE
  local most = fits[#fits]
  local widest, rows, size = 0, nil, at.size
  if size and tonumber(size) < tonumber(most[1]) then
    fail('%s: size=%s is less than %s', what, size, most[1])
  end
  for row in text:gmatch('(.-)\n') do
    widest = math.max(widest, #row - indent)
    if #row - indent > most[2] and not at.transcript then
      fail('%s: a line is wider than %d columns: %s', what, most[2], row:sub(indent + 1))
    end
  end
  for _, fit in ipairs(fits) do
    rows = {}
    for row in text:gmatch('(.-)\n') do
      row = row:sub(indent + 1)
      while at.transcript and not html and #row > fit[2] do
        local cut = row:sub(1, fit[2] + 1):match('^.*() ') or fit[2] + 1
        rows[#rows + 1], row = row:sub(1, cut - 1), (row:sub(cut):gsub('^ ', ''))
      end
      rows[#rows + 1] = row
    end
    size = size or (html or widest <= fit[2] or widest > most[2]) and
      #rows <= fit[block.classes:includes('alone') and 3 or 4] and fit[1]
    if size then break end
  end
  if not size then
    fail('%s: %d lines, and %d fit', what, #rows, most[block.classes:includes('alone') and 3 or 4])
  end

  local caption = at.file and (at.from and what or at.file) or at.diff and what
  if caption == last_caption then -- of the same file as the block before
    caption = nil
  end
  last_caption = caption or last_caption
  -- tabindex: who has no mouse can scroll it on a page that is narrower.
  local attr = pandoc.Attr('', { block.classes[1] }, html and { tabindex = '0' } or {})
  local shown = pandoc.CodeBlock(table.concat(rows, '\n'), attr)
  if html and at.transcript then
    return pandoc.Div(shown, { class = 'terminal' }), false
  end
  return {
    html and caption and pandoc.Div(pandoc.Plain(caption), { class = 'caption' }) or
      pandoc.RawBlock('latex', string.format('\\%s{%s}{%s}', at.transcript and 'terminal' or 'code',
        size, caption or '')),
    shown,
  }, false
end

return { {
  traverse = 'topdown', -- in the order of the slides, to know which one it is
  Header = function(header) slide, last_caption = pandoc.utils.stringify(header), nil end,
  CodeBlock = code,
} }
