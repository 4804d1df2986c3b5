-- SPDX-License-Identifier: GPL-2.0-only
--
-- Fills in what slides.md only names, so that a slide cannot differ from the
-- code that is built and tested:
--
--   ```{.c file=part3/password.c function="password_fops password_read"}
--   ```
--
-- is the code of these functions, structs or objects, in this order; without
-- function= it is the whole file. from="TEXT" and to="TEXT" keep of that the lines
-- from the first with the one up to the next with the other. "::: about" is
-- replaced by the speaker, from metadata.yaml.
--
-- What does not exist, or does not fit on a slide, ends the build.

local ROWS = 18 -- these and the numbers of columns were tried, with the fonts of look.yaml
local slide = ''

local function fail(...)
  io.stderr:write('slides.md, slide "', slide, '": ', string.format(...), '\n')
  os.exit(1)
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

local function excerpt(name, functions, from, to)
  local file = io.open('../' .. name) or fail('there is no %s', name)
  local text, parts = '\n' .. file:read('a'), {}
  for wanted in functions:gmatch('%S+') do
    parts[#parts + 1] = definition(text, wanted) or fail('%s has no %s', name, wanted)
  end
  text = parts[1] and table.concat(parts, '\n\n') or text:sub(2, -2)
  local first = text:find(from, 1, true)
  local last = first and (to and text:find(to, first, true) or not to and #text)
  if not last then
    fail('%s %s has nothing from "%s" to "%s"', name, functions, from, to or '')
  end
  return text:sub(text:sub(1, first - 1):match('()[^\n]*$'), text:match('[^\n]*()', last) - 1)
end

local function code(block)
  local at, text = block.attributes, block.text
  local what, columns = 'the commands', 74
  if at.file then
    text = excerpt(at.file, at['function'] or '', at.from or '', at.to)
    what, columns = at.file .. ' ' .. (at['function'] or ''), 86
  end
  local rows, widest = {}, 0
  for row in (text .. '\n'):gmatch('(.-)\n') do
    local tabs
    repeat
      row, tabs = row:gsub('^([^\t]*)\t', function(s) return s .. (' '):rep(8 - #s % 8) end)
    until tabs == 0
    rows[#rows + 1] = #row <= columns and row or
      fail('%s: a line is wider than %d columns: %s', what, columns, row)
    widest = math.max(widest, #row)
  end
  if #rows > ROWS then
    fail('%s: %d lines, and %d fit', what, #rows, ROWS)
  end
  return {
    pandoc.RawBlock('latex', not at.file and '\\commands' or string.format('\\excerpt{%s}{%s}',
      #rows <= 13 and widest <= 80 and '\\small' or '\\footnotesize', at.from and what or at.file)),
    pandoc.CodeBlock(table.concat(rows, '\n'), { class = block.classes[1] }),
  }
end

-- A part that is not there, as in a checkout of an early step, has no slides.
local function without_absent_parts(blocks)
  local absent
  return blocks:filter(function(block)
    if block.t == 'Header' and block.level == 1 then
      local n = pandoc.utils.stringify(block):match('^Part (%d)')
      local file = n and io.open('../part' .. n .. '/password.c')
      absent = n and not file
      if file then file:close() end
    end
    return not absent
  end)
end

function Pandoc(doc)
  doc.blocks = without_absent_parts(doc.blocks)
  return doc:walk {
    traverse = 'topdown', -- in the order of the slides, to know which one it is
    CodeBlock = code,
    Div = function(div)
      return div.classes:includes('about') and doc.meta.about or nil
    end,
    Header = function(header)
      slide = pandoc.utils.stringify(header)
      -- Names the slide in LaTeX's log, before what LaTeX says of it.
      local name = pandoc.RawBlock('latex', '\\typeout{Slide: \\detokenize{' .. slide .. '}}')
      return header.level == 2 and { header, name } or nil
    end,
  }
end
