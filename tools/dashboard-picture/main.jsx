// The dashboard as Grafana's own components draw it: its panels, at their places, over recorded answers of Prometheus.

import { createRoot } from 'react-dom/client';
import { firstValueFrom } from 'rxjs';
import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';
import board from 'board';
import recorded from 'recorded';

// Their builds as ES modules import CommonJS in a way that only Grafana's own bundler understands.
const {
  applyFieldOverrides, createDataFrame, createTheme, dateTime, FieldConfigOptionsRegistry, FieldType, getFieldDisplayValues, standardTransformers,
  standardTransformersRegistry, ThemeContext, transformDataFrame,
} = require('@grafana/data');
const { BigValue, GlobalStyles, Icon, PanelChrome, Table, TimeSeries, VizRepeater } = require('@grafana/ui');

// Grafana's grid: 24 columns, rows of 30 pixels, 8 between them.
const width = 1584, gap = 8, row = 30;
const theme = createTheme({ colors: { mode: 'light' } });
const timeRange = { from: dateTime(recorded.from * 1000), to: dateTime(recorded.to * 1000) };
const shared = { theme, timeZone: 'utc', replaceVariables: (text) => text };
standardTransformersRegistry.setInit(() => [standardTransformers.organizeFieldsTransformer, standardTransformers.renameByRegexTransformer]
  .map((found) => ({ id: found.id, transformation: async () => found })));

// What Grafana's panels fill in where the dashboard says nothing.
const defaults = {
  timeseries: { color: { mode: 'palette-classic' }, custom: { lineWidth: 1, stacking: { mode: 'none', group: 'A' } } },
  stat: { thresholds: { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }, { value: 80, color: 'red' }] } },
  table: {},
};

const legend = (format, labels) => format.replace(/{{\s*(\w+)\s*}}/g, (_, label) => labels[label] ?? '');

// A frame for each series, or one for all of them in a table, with a column for each label.
function frames(panel, answers) {
  const { custom, ...config } = panel.fieldConfig.defaults, filled = defaults[panel.type];
  const field = { ...filled, ...config, custom: { ...filled.custom, ...custom } };
  return panel.targets.flatMap((target, i) => {
    const { resultType, result } = answers[i].data;
    if (resultType === 'vector') {
      const names = [...new Set(result.flatMap((series) => Object.keys(series.metric)))].sort();
      const columns = names.map((name) => ({ name, type: FieldType.string, config: field, values: result.map((series) => series.metric[name]) }));
      const time = { name: 'Time', type: FieldType.time, config: {}, values: result.map((series) => series.value[0] * 1000) };
      const value = { name: 'Value', type: FieldType.number, config: field, values: result.map((series) => Number(series.value[1])) };
      return [createDataFrame({ refId: target.refId, fields: [time, ...columns, value] })];
    }
    return result.map(({ metric, values }) => createDataFrame({ refId: target.refId, fields: [
      // Where a sample is missing there is a gap.
      { name: 'Time', type: FieldType.time, config: { interval: recorded.step * 1000 }, values: values.map(([at]) => at * 1000) },
      { name: 'Value', type: FieldType.number, labels: metric, values: values.map(([, value]) => Number(value)),
        config: { ...field, displayNameFromDS: legend(target.legendFormat, metric) || undefined } },
    ] }));
  });
}

function Drawn({ panel, data, width, height }) {
  const { options } = panel;
  if (panel.type === 'timeseries') {
    return <TimeSeries frames={data} {...{ width, height, timeRange }} timeZone="utc" legend={options.legend} />;
  }
  if (panel.type === 'table') {
    return <Table data={data[0]} {...{ width, height }} />;
  }
  const values = () => getFieldDisplayValues({ ...options, data, ...shared, sparkline: true, fieldConfig: panel.fieldConfig });
  const value = ({ value, width, height, count }) =>
    <BigValue {...{ width, height, count, theme }} value={value.display} sparkline={value.sparkline} colorMode={options.colorMode}
      graphMode={options.graphMode} justifyMode={options.justifyMode} textMode={options.textMode} disableWideLayout={!options.wideLayout} />;
  return <VizRepeater getValues={values} renderValue={value} source={data} {...{ width, height }} renderCounter={0} autoGrid
    orientation={options.orientation || 'auto'} />;
}

async function drawn(panel, answers) {
  if (!defaults[panel.type]) {
    throw new Error(`${panel.title}: a kind of panel that is not drawn here`);
  }
  // Which properties there are only Grafana's panels know, which are no part of its library. Those of the overrides are enough.
  const { overrides } = panel.fieldConfig;
  const properties = overrides.flatMap((rule) => rule.properties).map(({ id }) =>
    ({ id, path: id.replace('custom.', ''), isCustom: id.startsWith('custom.'), process: (value) => value, shouldApply: () => true }));
  const data = await firstValueFrom(transformDataFrame(panel.transformations ?? [], frames(panel, answers)));
  if (!data.length || !data[0].length) {
    throw new Error(`${panel.title}: no data`);
  }
  const fieldConfigRegistry = new FieldConfigOptionsRegistry(() => properties);
  const shown = applyFieldOverrides({ data, ...shared, fieldConfig: { defaults: {}, overrides }, fieldConfigRegistry });
  return (size) => <PanelChrome {...size} title={panel.title} description={panel.description}>
    {(width, height) => <Drawn {...{ panel, width, height }} data={shown} />}
  </PanelChrome>;
}

function place({ x, y, w, h }) {
  const column = (width + gap) / 24;
  return { left: x * column, top: y * (row + gap), width: w * column - gap, height: h * (row + gap) - gap };
}

function Row({ title, height }) {
  return <div style={{ ...theme.typography.h6, display: 'flex', alignItems: 'center', gap, height }}><Icon name="angle-down" />{title}</div>;
}

// The bar above the panels is Grafana's program, not its library: this one only tells what was chosen.
function Bar() {
  const chosen = board.templating.list.filter(({ name }) => recorded.variables[name]);
  const tag = { border: `1px solid ${theme.colors.border.medium}`, borderRadius: 2, padding: '4px 8px', background: theme.colors.background.primary };
  return <div style={{ display: 'flex', alignItems: 'center', gap, height: 48 }}>
    <span style={theme.typography.h4}>{board.title}</span>
    {chosen.map(({ name, label, allValue, current }) =>
      <span key={name} style={tag}>{label} <b>{recorded.variables[name] === allValue ? current.text : recorded.variables[name]}</b></span>)}
    <span style={{ ...tag, marginLeft: 'auto' }}>{timeRange.from.utc().format('HH:mm:ss')} to {timeRange.to.utc().format('HH:mm:ss')} UTC</span>
  </div>;
}

const panels = await Promise.all(board.panels.map(async (panel, i) => [panel, panel.type === 'row' ? null : await drawn(panel, recorded.panels[i])]));
createRoot(document.getElementById('dashboard')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div style={{ padding: `0 ${gap}px` }}>
      <Bar />
      <div style={{ position: 'relative' }}>
        {panels.map(([panel, draw], i) => {
          const { left, top, ...size } = place(panel.gridPos);
          return <div key={i} style={{ position: 'absolute', left, top, ...size }}>{draw ? draw(size) : <Row title={panel.title} {...size} />}</div>;
        })}
      </div>
    </div>
  </ThemeContext.Provider>,
);
