export { helmChart } from '../provision/helm-chart.js';
export type { HelmChartOptions } from '../provision/helm-chart.js';
export { Helm } from './helm.js';
export type { StartedHelm, StartHelmOptions } from './start-helm.js';
export { startHelm } from './start-helm.js';
