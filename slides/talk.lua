-- SPDX-License-Identifier: GPL-2.0-only
--
-- Makes a talk of the slides: the speaker from metadata.yaml in place of
-- "::: about", pictures/NAME in the format that the output takes, and for each slide
--
--   ::: {.notes minutes=1.5}
--
-- what to say, to type and to beware of, with the time on the clock. The minutes
-- of all slides are those of the talk. Before the first slide stand those of the
-- title.
--
-- A slide that has none, and a sum that is wrong, end the build.

local html = FORMAT:match('html')
local slide, clock, count, noted = 'the title', 0, 1, false

local function fail(...)
  io.stderr:write('slides.md, slide "', slide, '": ', string.format(...), '\n')
  os.exit(1)
end

-- A part that is not there, as in a checkout of an early step, has no slides.
local function without_absent_parts(blocks)
  local absent, any
  return blocks:filter(function(block)
    if block.t == 'Header' and block.level == 1 then
      local n = pandoc.utils.stringify(block):match('^Part (%d)')
      local file = n and io.open('../part' .. n .. '/password.c')
      absent = n and not file
      any = any or absent
      if file then file:close() end
    end
    return not absent
  end), any
end

-- The less there is on a slide, the larger: text alone, or one block of code alone.
local function sized(blocks)
  local out = pandoc.List()
  for i, block in ipairs(blocks) do
    out:insert(block)
    if block.t == 'Header' and block.level == 2 then
      local content, text = {}, true
      for j = i + 1, #blocks do
        local next = blocks[j]
        if next.t == 'Header' then break end
        if next.t ~= 'Div' or not next.classes:includes('notes') then
          content[#content + 1] = next
          text = text and next.t ~= 'CodeBlock' and next.t ~= 'Table' and
            not (next.t == 'Para' and next.content[1].t == 'Image')
        end
      end
      if text then
        out:insert(pandoc.RawBlock('latex', '\\large'))
      elseif #content == 1 and content[1].t == 'CodeBlock' then
        content[1].classes:insert('alone')
      end
    end
  end
  return out
end

local function time(minutes)
  return string.format('%d:%02d', minutes // 1, minutes % 1 * 60 // 1)
end

local function notes(div)
  local minutes = tonumber(div.attributes.minutes) or fail('its notes have no minutes=')
  if noted then
    fail('it has notes twice')
  end
  noted = true
  if #div.content == 0 then
    fail('its notes are empty')
  end
  div:walk {
    CodeBlock = function() fail('a block of code in the notes; LaTeX cannot take it') end,
  }
  local from = clock
  clock = clock + minutes
  local when = string.format('%g min, %s to %s', minutes, time(from), time(clock))
  if html then
    local blocks = pandoc.List { pandoc.RawBlock('html',
      '<details class="notes"><summary>For the speaker (' .. when .. ')</summary>') }
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock('html', '</details>'))
    return blocks
  end
  div.content:insert(1, pandoc.RawBlock('latex', '\\clock{' .. when .. '}'))
  return div
end

local function picture(image)
  local alt = pandoc.utils.stringify(image.caption)
  if alt == '' then
    fail('%s says nothing to who cannot see it', image.src)
  end
  if html then
    image.src = image.src .. '.svg'
    return image
  end
  return pandoc.RawInline('latex', '\\picture{' .. image.src .. '.pdf}')
end

function Pandoc(doc)
  local absent
  doc.blocks, absent = without_absent_parts(doc.blocks)
  doc.blocks = sized(doc.blocks)
  local function header(block)
    if block.level == 1 then
      return nil
    end
    if not noted then
      fail('it has no notes')
    end
    slide, noted, count = pandoc.utils.stringify(block), false, count + 1
    -- Names the slide in LaTeX's log, before what LaTeX says of it.
    return { block, pandoc.RawBlock('latex', '\\typeout{Slide: \\detokenize{' .. slide .. '}}') }
  end
  local title
  doc = doc:walk {
    traverse = 'topdown', -- in the order of the slides
    Header = header,
    Image = picture,
    Div = function(div)
      if div.classes:includes('about') then
        return doc.meta.about
      elseif div.classes:includes('notes') then
        local first = count == 1
        div = notes(div)
        if first and not html then
          title = pandoc.write(pandoc.Pandoc(div.content), 'latex')
          return {}, false
        end
        return div, false
      end
    end,
  }
  if not noted then
    fail('it has no notes')
  end
  local wanted = tonumber(pandoc.utils.stringify(doc.meta.minutes))
  if not absent and clock ~= wanted then
    io.stderr:write(string.format('slides.md: the slides take %g minutes, and the talk %g (metadata.yaml)\n',
      clock, wanted))
    os.exit(1)
  end
  if html then -- below the title, which is the one and only <h1>
    doc = doc:walk { Header = function(block) block.level = block.level + 1 return block end }
  else
    doc.meta['header-includes'] = pandoc.MetaBlocks {
      pandoc.RawBlock('latex', '\\newcommand{\\titlenote}{' .. title .. '}\n\\input{look}') }
  end
  return doc
end
