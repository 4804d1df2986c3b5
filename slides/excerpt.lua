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
-- recorded, in this order.
--
-- What does not exist, or does not fit on a slide, or is stale, ends the build.

-- What fits on a slide with the fonts of look.tex: size, columns, rows, and rows
-- where there is more on the slide than this block; size= sets it.
local FITS = { { '12', 65, 14, 8 }, { '10.5', 74, 16, 14 }, { '9', 86, 18, 18 } }
local WIDEST = FITS[#FITS][2]
local slide = ''

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

local function transcript(part, commands)
  local name, found, at = 'transcripts/' .. part, {}, 1
  local text = read(name) .. '\n# '
  if text:match('^made from (%x+)') ~= output('./record --sum ' .. part):match('%x+') then
    fail('%s is stale: %s or vm/demo has changed since. Record it anew: make -C slides transcripts', name, part)
  end
  for command in commands:gmatch('[^\n]+') do
    local first = text:find('\n$ ' .. command .. '\n', at, true) or
      fail('%s has no command "%s"%s', name, command, at > 1 and ' after the one before' or '')
    local comment = text:sub(1, first):match('\n(#[^\n]*\n)$') or ''
    at = text:find('\n\n# ', first, true)
    found[#found + 1] = comment .. text:sub(first + 1, at - 1)
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
    text = transcript(at.transcript, text)
  end
  if at.from or at.to then
    text = lines_between(what, text, at.from or '', at.to)
  end

  text = (text .. '\n'):gsub('(.-)\n', function(row) return untabbed(row) .. '\n' end)
  local indent = 80
  for spaces in text:gmatch('( *)[^ \n][^\n]*\n') do
    indent = math.min(indent, #spaces)
  end
  local widest, rows, size = 0, nil, at.size
  for row in text:gmatch('(.-)\n') do
    widest = math.max(widest, #row - indent)
    if #row - indent > WIDEST and not at.transcript then
      fail('%s: a line is wider than %d columns: %s', what, WIDEST, row:sub(indent + 1))
    end
  end
  for _, fit in ipairs(FITS) do
    rows = {}
    for row in text:gmatch('(.-)\n') do
      row = row:sub(indent + 1)
      while at.transcript and #row > fit[2] do
        local cut = row:sub(1, fit[2] + 1):match('^.*() ') or fit[2] + 1
        rows[#rows + 1], row = row:sub(1, cut - 1), (row:sub(cut):gsub('^ ', ''))
      end
      rows[#rows + 1] = row
    end
    size = size or (widest <= fit[2] or widest > WIDEST) and
      #rows <= fit[block.classes:includes('alone') and 3 or 4] and fit[1]
    if size then break end
  end
  if not size then
    fail('%s: %d lines, and %d fit', what, #rows, FITS[#FITS][3])
  end

  local caption = at.file and (at.from and what or at.file) or at.diff and what
  -- tabindex: who has no mouse can scroll it on a page that is narrower.
  local attr = pandoc.Attr('', { block.classes[1] }, FORMAT:match('html') and { tabindex = '0' } or {})
  return {
    FORMAT:match('html') and caption and pandoc.Div(pandoc.Plain(caption), { class = 'caption' }) or
      pandoc.RawBlock('latex', string.format('\\code{%s}{%s}', size, caption or '')),
    pandoc.CodeBlock(table.concat(rows, '\n'), attr),
  }
end

return { {
  traverse = 'topdown', -- in the order of the slides, to know which one it is
  Header = function(header) slide = pandoc.utils.stringify(header) end,
  CodeBlock = code,
} }
