/**
 * What runs in the reader's browser: draws the charts of the case shown one after another (so that the page answers
 * meanwhile), in the colours of the reader's theme, and again in black on white at paper width for print.
 */
export const BROWSER_SCRIPT = `
(() => {
  const figures = JSON.parse(document.getElementById('figures').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const PAPER_WIDTH = 680;
  const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'] };
  const LIGHT_HEAT = [[0, '#f5f8fb'], [0.25, '#a9cbe8'], [0.6, '#3a7ebf'], [1, '#123a63']];
  const DARK_HEAT = [[0, '#1b232d'], [0.25, '#1f4a6e'], [0.6, '#4b93cf'], [1, '#e3f1fc']];
  const theme = (isDark) => {
    const axis = { gridcolor: isDark ? '#2a323d' : '#e8ebef', linecolor: isDark ? '#4a5563' : '#b6bec9',
      zerolinecolor: isDark ? '#3a4451' : '#cfd5dc', ticks: 'outside', title: { font: { size: 13 } }, tickcolor: isDark ? '#4a5563' : '#b6bec9' };
    const ink = isDark ? '#e4e8ee' : '#1d2430';
    return { layout: { font: { color: ink, family: 'system-ui, -apple-system, Segoe UI, sans-serif', size: 13 },
      colorscale: { sequential: isDark ? DARK_HEAT : LIGHT_HEAT }, colorway: ['#3a7ebf', '#dd8d29', '#2a9d80', '#b5659f', '#5fb3dd', '#c2562f', '#8a8d3b', '#7f6bb3', '#7b8794'],
      xaxis: axis, yaxis: axis, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
      hoverlabel: { bgcolor: isDark ? '#232b35' : '#fff', font: { color: ink }, align: 'left' } } };
  };
  const base = { hovermode: 'closest', bargap: 0.35, uniformtext: { minsize: 10, mode: 'show' },
    legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', traceorder: 'normal' } };
  const shown = () => [...document.querySelectorAll('.chart')].filter((div) => !div.closest('[hidden]'));
  const draw = (div) => {
    const figure = figures[Number(div.dataset.figure)];
    const legend = figure.data.length > 1 && figure.layout.showlegend !== false;
    const margin = { l: 70, r: 24, t: legend ? 44 : 14, b: 56 };
    Plotly.newPlot(div, figure.data, { ...base, margin, ...figure.layout, template: theme(dark.matches) }, config);
    div.dataset.drawn = '';
  };
  const drawNext = () => {
    const next = shown().find((div) => !('drawn' in div.dataset));
    document.documentElement.dataset.ready = String(!next);
    if (!next) return;
    draw(next);
    setTimeout(drawNext);
  };
  const restyle = (isDark, width) => {
    for (const div of shown()) {
      if (!('drawn' in div.dataset)) draw(div);
      Plotly.relayout(div, { template: theme(isDark), width, autosize: width === undefined });
    }
  };
  dark.addEventListener('change', () => restyle(dark.matches));
  addEventListener('beforeprint', () => restyle(false, PAPER_WIDTH));
  addEventListener('afterprint', () => restyle(dark.matches));
  document.getElementById('case')?.addEventListener('change', (event) => {
    for (const part of document.querySelectorAll('[data-case]')) part.hidden = part.dataset.case !== event.target.value;
    drawNext();
  });
  drawNext();
})();
`;
